"""The error views: 400 and 404, 503 while PostgreSQL is unavailable, and 500 for every other unhandled exception."""

import sys
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.views import defaults

RETRY_AFTER_SECONDS = 5


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the error page for a malformed request, rendered without it: to read it again would fail again."""
    return HttpResponse(render_to_string("400.html"), status=HTTPStatus.BAD_REQUEST)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return Django's page for an unknown address; that for a malformed request if its form cannot be read either."""
    try:
        return defaults.page_not_found(request, exception)
    except (BadRequest, MultiPartParserError, SuspiciousOperation) as malformed:
        return bad_request(request, malformed)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Return the error page for an unhandled exception, rendered without anything that could fail again."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        gone = HttpResponse(render_to_string("503.html"), status=503)
        gone.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return gone
    return HttpResponse(render_to_string("500.html"), status=500)
