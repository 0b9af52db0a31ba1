"""
Error answers of the API: problem+json (RFC 9457), with a `code` that clients can compare with.

All exceptions of endpoints, of the API middleware and of commands are converted here. An unexpected one is answered
with a 500 without details; the log has them.
"""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api_auth import InsufficientScope
from pizzeria.foundation.idempotency.keys import KeyReused
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.step_up import MAX_AUTH_AGE, ReauthenticationRequired
from pizzeria.operations.error_views import RETRY_AFTER_SECONDS
from pizzeria.operations.validation_messages import message_of
from pizzeria.users.keycloak.access_tokens import TokenMissing
from pizzeria.users.keycloak.provider import ProviderUnavailable
from pizzeria.users.keycloak.tokens import TokenInvalid

REALM = 'Bearer realm="pizzeria"'

log = structlog.get_logger(__name__)


class PlainHttp(Exception):
    """A token was sent over plain http and should be discarded by its owner; a redirect to https would hide that."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """
    Return a problem+json answer.

    :param code: a stable code that clients compare with
    :param detail: a sentence for people who read the client's log
    :param errors: one mapping for each invalid field, with `field` and `detail`
    """
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return JsonResponse(
        {**content, "detail": detail, **({"errors": errors} if errors else {})},
        status=status,
        content_type="application/problem+json",
        headers=headers,
    )


def install_exception_handlers(api: NinjaAPI) -> None:
    """Register `problem_response` as the handler of every exception of an API."""
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, problem_response)


def problem_response(request: HttpRequest, fault: Any) -> HttpResponse:
    """Return the problem+json answer for an exception."""
    match fault:
        case TokenInvalid() | InsufficientScope() | ReauthenticationRequired():
            return _challenge(request, fault)
        case KeyReused():
            return problem(fault.status, fault.code, _("This Idempotency-Key was used before, for another request."))
        case Refusal():
            named = [each for each in fault.parts or (fault,) if each.field]
            errors = [{"field": each.field, "detail": each.message} for each in named]
            wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else None
            return problem(fault.status, fault.code, fault.message, errors=errors, headers=wait)
        case ValidationError():
            return problem(422, "invalid", _("Something in the request is not valid."), errors=_fields(fault))
        case HttpError(status_code=status):
            return _ninja_problem(status, fault)
        case Http404():
            return problem(404, "not_found", _("Not found."))
        case PlainHttp():
            return problem(
                403, "https_only", _("Call this by https, with a new token: this token was sent over plain http.")
            )
        case PermissionDenied():
            return problem(403, "not_allowed", _("You are not allowed to do this."))
        case RequestDataTooBig():
            return problem(413, "too_large", _("The request is too large."))
        case SuspiciousOperation():
            return problem(400, "malformed", _("The request cannot be read."))
        case ProviderUnavailable() | OperationalError() | InterfaceError():
            log.warning("api_unavailable", reason=type(fault).__name__)
            wait = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return problem(503, "unavailable", _("Please try again in a moment."), headers=wait)
    log.error("api_error", exc_info=fault)
    got_request_exception.send(sender=None, request=request)
    return problem(500, "fault", _("Something went wrong here. It has been noted."))


def method_not_allowed(allow: str) -> HttpResponse:
    """Return the problem+json answer for a method that the URL does not allow."""
    return problem(405, "method_not_allowed", _("This method is not allowed here."), headers={"Allow": allow})


def _challenge(
    request: HttpRequest, fault: TokenInvalid | InsufficientScope | ReauthenticationRequired
) -> HttpResponse:
    """Return the problem for a missing, invalid or insufficient token, as in RFC 6750, section 3, and RFC 9470."""
    by = "" if isinstance(fault, TokenInvalid) else str(actor_of(request))
    log.warning("token_refused", kind=type(fault).__name__, reason=str(fault), by=by)
    match fault:
        case TokenMissing():
            challenge, status, code, message = "", 401, "no_token", _("An access token is required.")
        case TokenInvalid():
            challenge = f', error="invalid_token", error_description="{fault}"'
            status, code, message = 401, "invalid_token", _("Invalid token: %s.") % fault
        case InsufficientScope():
            challenge = f', error="insufficient_scope", scope="{fault}"'
            status, code, message = 403, "insufficient_scope", _("Insufficient scope, required: %s.") % fault
        case ReauthenticationRequired():
            challenge = f', error="insufficient_user_authentication", max_age="{MAX_AUTH_AGE.total_seconds():.0f}"'
            status, code, message = 401, fault.code, fault.message
    return problem(status, code, message, headers={"WWW-Authenticate": REALM + challenge})


def _ninja_problem(status: int, fault: HttpError) -> HttpResponse:
    """Return the problem for a request that ninja itself refuses, such as a body that is not JSON or is too large."""
    if isinstance(fault.__cause__, RequestDataTooBig):
        return problem(413, "too_large", _("The request is too large."))
    if status == HTTPStatus.BAD_REQUEST:
        return problem(400, "malformed", _("The request cannot be read."))
    return problem(status, "refused", str(fault))


def _fields(invalid: ValidationError) -> list[dict[str, str]]:
    """Return each invalid field with the reason, never with the value that was sent."""
    return [{"field": _path(*error["loc"]), "detail": message_of(error)} for error in invalid.errors]


def _path(source: str, parameter: str, *inside: str | int) -> str:
    """Return the path of a field as the client knows it: without the parameter name if it is in the body."""
    path = (inside or ("body",)) if source == "body" else (parameter, *inside)
    return ".".join(map(str, path))
