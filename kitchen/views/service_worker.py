"""The script of the board's service worker, and the policy that allows a page to start it."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

STATIC_FILES = ("css", "js")  # the folders whose files a board loads


@login_not_required  # it holds nothing of anybody, and a browser has to get a newer one when nobody is signed in
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """
    Return the worker's script: what it needs to know, and then the script itself.

    Its address says for which pages it may answer: those below.
    """
    script = [
        f"const VERSION = {json.dumps(assets_version())};",
        f"const STATIC = {json.dumps(settings.STATIC_URL)};",
        f"const IS_ON = {json.dumps(settings.OFFLINE_BOARD)};",
        f"importScripts({json.dumps(static('js/board_service_worker.js'))});",
    ]
    response = HttpResponse("\n".join(script) + "\n", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def allow_service_worker(render: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow the pages that a view or `render` returns to start the shop's own service workers."""
    return csp_override({**settings.SECURE_CSP, "worker-src": [CSP.SELF]})(render)


@cache
def assets_version() -> str:
    """Return the fingerprint of the shop's stylesheets and scripts."""
    fingerprint = hashlib.sha256()
    for folder in STATIC_FILES:
        for path in sorted(Path(settings.ROOT, "static", folder).iterdir()):
            fingerprint.update(path.name.encode() + path.read_bytes())
    return fingerprint.hexdigest()[:16]
