"""The error view: 503 while PostgreSQL is unavailable, 500 for every other unhandled exception."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER_SECONDS = 5


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Return the error page for an unhandled exception, rendered without anything that could fail again."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        gone = HttpResponse(render_to_string("503.html"), status=503)
        gone.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return gone
    return HttpResponse(render_to_string("500.html"), status=500)
