"""
Logging: one line per event, as structured data; readable text in the demo, JSON elsewhere.

URLs are logged by path alone and without the token of a guest's link, so that no reader of the logs can open an order.
Exceptions are logged without local variables, which often hold names and telephone numbers.
"""

import copy
import logging
import re
from typing import Any
from uuid import uuid4

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# The argument `token` of the guests' URLs is what follows an order's ref and is no other page of the order: also a
# token that was cut off, mistyped or lengthened, and one in a quoted URL (`?next=%2Forders%2F…`) or a line of JSON.
_GUEST_TOKEN_IN_URL = re.compile(
    r"((?:/|%(?:25)*2F)(?:orders|pay|receipts(?:(?:/|%(?:25)*2F)of)?)(?:/|%(?:25)*2F)[0-9a-f-]+(?:/|%(?:25)*2F))"
    r"(?!(?:cancel|notes|hand-over|undo-hand-over|returned|left|again|pdf)(?![\w-]))"
    r"(?:[^/?#&\s\"'<>\\]|\\[ux][0-9a-f]{2,4})+",
    re.IGNORECASE,
)

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID_IN_META = "HTTP_X_REQUEST_ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

_CONSOLE: list[Any] = [
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]
_JSON: list[Any] = [
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(),
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


class RequestLogMiddleware(RequestMiddleware):
    """
    Middleware that logs one line when a request begins and one when it ends.

    All lines of a request have its id: the client's own (`X-Request-ID`) if it is 1 to 64 characters of a plain
    alphabet, otherwise a new one.
    """

    def prepare(self, request: HttpRequest) -> None:
        if not _REQUEST_ID.fullmatch(request.META.get(_REQUEST_ID_IN_META, "")):
            request.META[_REQUEST_ID_IN_META] = str(uuid4())
            request.__dict__.pop("headers", None)  # a copy, if an earlier middleware has read one
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {redact_guest_tokens(request.path)}"


def request_id_of(request: HttpRequest) -> str:
    """Return the id under which a request is logged."""
    return str(request.META[_REQUEST_ID_IN_META])


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """A formatter for our own log lines and those of libraries alike."""

    def __init__(self, *, human: bool) -> None:
        super().__init__(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_CONSOLE if human else _JSON),
                _redact,
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; one about a malformed request (a foreign `Host`, too many fields) without a traceback."""
        if record.name.startswith("django.security."):
            record = copy.copy(record)
            record.exc_info = None
        return super().format(record)


def redact_guest_tokens(text: str) -> str:
    """Return a text with the tokens of guests' links replaced by "…"."""
    return _GUEST_TOKEN_IN_URL.sub(r"\1…", text)


def _redact(_logger: Any, _name: str, line: Any) -> str:  # `line` is rendered text by then
    return redact_guest_tokens(line)
