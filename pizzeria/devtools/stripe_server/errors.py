"""The refusals of the API: a status, and the `error` object that the reference describes."""

from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """
    A request that is refused.

    :param param: the name of the parameter that is wrong, as it was sent: `line_items[0][quantity]`
    :param is_final: whether a retry with the same idempotency key gets this answer again. Only once the request was
        valid and its execution has begun; a corrected request may use the key of an invalid one.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        is_final: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.is_final = status, is_final
        parts = {"message": message, "type": type, "code": code, "param": param}
        self.body: dict[str, Any] = {"error": {name: part for name, part in parts.items() if part is not None}}


def unknown_parameter(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def missing_parameter(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def no_such(kind: str, id: str, param: str) -> ApiError:
    """Return the answer for an id that names no object of this kind."""
    return ApiError(f"No such {kind}: '{id}'", status=HTTPStatus.NOT_FOUND, code="resource_missing", param=param)


def injected(status: int) -> ApiError:
    """Return the answer of a fault: too many requests for 429, otherwise an error inside Stripe."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ApiError("Too many requests hit the API too quickly.", status=status, code="rate_limit")
    return ApiError("An unknown error occurred", status=status, type="api_error")
