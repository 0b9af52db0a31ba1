"""Django's ASGI handler, changed so that one process can hold thousands of streams."""

from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponseBase

_thread: ContextVar[AsyncExitStack] = ContextVar("thread")


class StreamHandler(ASGIHandler):
    """
    An ASGI handler that releases the request's thread before its stream begins.

    Middleware and views run in a thread per request, which Django keeps until the response is complete: for a stream,
    that would be ten idle minutes.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with AsyncExitStack() as thread:
            await thread.enter_async_context(ThreadSensitiveContext())  # makes Django's own, nested in it, a no-op
            _thread.set(thread)
            await super().__call__(scope, receive, send)

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        if getattr(response, "is_async", False):
            await _thread.get().aclose()
        await super().send_response(response, send)
