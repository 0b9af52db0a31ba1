"""Admin pages that show the e-mails and SMS that the demo has sent, as recipients would see them."""

from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from pizzeria.devtools.message_sinks.store import MessageStore

SHOWN = 50

# The content security policy of an e-mail's HTML: it may have its own style, but no script and no image from elsewhere,
# which would report that the e-mail was read. The sandbox keeps it from our cookies and pages even when it is opened
# outside the frame.
EMAIL_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@require_safe
@csp_override({**settings.SECURE_CSP, "frame-src": [CSP.SELF]})
def messages(request: HttpRequest) -> HttpResponse:
    """Show the newest messages: SMS as bubbles, e-mails with a frame for their HTML."""
    newest = _message_store().newest_first(at_most=SHOWN + 1)
    context = admin.site.each_context(request) | {
        "title": "Messages",
        "sent": newest[:SHOWN],
        "has_older": len(newest) > SHOWN,
    }
    return render(request, "demo/messages.html", context)


@require_safe
@xframe_options_sameorigin
@csp_override(EMAIL_CSP)
def html(request: HttpRequest, id: str) -> HttpResponse:
    """Show an e-mail's HTML as it was sent, for the frame; its links open in a new page."""
    message = _message_store().find(id)
    if message is None or not message.html:
        raise Http404
    return HttpResponse(message.html.replace("<head>", '<head><base target="_blank">', 1))


def _message_store() -> MessageStore:
    return MessageStore(Path(settings.DEMO_MESSAGE_STORE))
