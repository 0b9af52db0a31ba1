"""
Views of the event streams: a client that may see a page may follow its topic.

All queries are made before the stream begins, and the database connection is released there: 16 streams that kept
one would exhaust the pool. A client without access gets the bare status, never a redirect to the sign-in page, which
an EventSource would follow.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from kitchen import selectors as kitchen_selectors
from kitchen.models import Kitchen
from kitchen.permissions import SEE_BOARD
from orders import selectors as order_selectors
from orders.permissions import SEE_ALL_ORDERS, SEE_DELIVERIES
from pizzeria.foundation.actor import ActorKind, Permission, actor_of
from pizzeria.live.hub import SECONDS_BETWEEN_BEATS, Message, Stream, hub
from pizzeria.live.topics import Topic, current_versions
from pizzeria.users.stream_grants import StreamGrant

MAX_STREAM_SECONDS = 600.0  # then the browser reconnects, and its access is checked again
MAX_STREAMS_PER_CLIENT = 12  # per client and process: open tabs, and closed ones not noticed yet
RECONNECT_MS = (1000, 4000)  # a random time, so that clients do not all reconnect at once after a restart


@login_not_required
@require_safe
def board(request: HttpRequest) -> HttpResponseBase:
    return _kitchen_stream(request, "board", required_permission=SEE_BOARD)


@login_not_required
@require_safe
def deliveries(request: HttpRequest) -> HttpResponseBase:
    return _kitchen_stream(request, "deliveries", required_permission=SEE_DELIVERIES)


@login_not_required
@require_safe
def order(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    by = actor_of(request)
    if by.kind is ActorKind.GUEST:
        return _empty(HTTPStatus.UNAUTHORIZED)
    order = order_selectors.visible_to(by, ref)
    if order is None:
        return _empty(HTTPStatus.NOT_FOUND)
    required_permission = SEE_ALL_ORDERS if by.may(SEE_ALL_ORDERS) else None
    stream = Stream(Topic("order", order.ref), f"person {by}", _grant(request, required_permission=required_permission))
    return _stream_response(request, stream, order.seq)


@login_not_required
@require_safe
def guest_order(request: HttpRequest, ref: UUID, token: str) -> HttpResponseBase:
    order = order_selectors.order_by_guest_token(ref, token)
    if order is None:
        return _empty(HTTPStatus.NOT_FOUND)
    return _stream_response(request, Stream(Topic("order", order.ref), f"link {ref}"), order.seq)


def _kitchen_stream(
    request: HttpRequest, kind: Literal["board", "deliveries"], *, required_permission: Permission
) -> HttpResponseBase:
    """Return the stream of a topic of the kitchen, or the status that refuses it."""
    by = actor_of(request)
    if by.kind is ActorKind.GUEST:
        return _empty(HTTPStatus.UNAUTHORIZED)
    if not by.may(required_permission):
        return _empty(HTTPStatus.FORBIDDEN)
    try:
        topic = Topic(kind, kitchen_selectors.the_kitchen().ref)
    except Kitchen.DoesNotExist:
        return _empty(HTTPStatus.NOT_FOUND)
    stream = Stream(topic, f"person {by}", _grant(request, required_permission=required_permission))
    return _stream_response(request, stream, current_versions({topic})[topic])


def _grant(request: HttpRequest, *, required_permission: Permission | None = None) -> StreamGrant:
    return StreamGrant(request.session.session_key or "", required_permission)


def _stream_response(request: HttpRequest, stream: Stream, version: int) -> HttpResponseBase:
    if hub.open_streams(stream.client_key) >= MAX_STREAMS_PER_CLIENT:
        return _empty(HTTPStatus.TOO_MANY_REQUESTS)
    if not isinstance(request, ASGIRequest):
        # Under WSGI, a stream would occupy a thread. 204 No Content makes the browser stop reconnecting.
        return _empty(HTTPStatus.NO_CONTENT)
    connections.close_all()
    response = StreamingHttpResponse(_messages(stream, version), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _messages(stream: Stream, version: int) -> AsyncIterator[str]:
    """Yield the events of a stream: the reconnection time, the current version, then each message of the hub."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + MAX_STREAM_SECONDS
    hub.join(stream)
    try:
        first = _serialize(Message("beat", version, hub.is_live))
        yield f"retry: {random.randint(*RECONNECT_MS)}\n{first}"  # noqa: S311 - no secret
        while loop.time() < ends_at and not stream.is_ended:
            try:
                async with asyncio.timeout(3 * SECONDS_BETWEEN_BEATS):
                    message = await stream.unread.get()
            except TimeoutError:
                return  # the heartbeat has stopped; the browser reconnects to another process, or polls
            if not stream.is_ended:
                yield _serialize(message)
    finally:
        hub.leave(stream)


def _serialize(message: Message) -> str:
    data = json.dumps({"version": message.version, "live": message.is_live})
    return f"event: {message.kind}\ndata: {data}\n\n"


def _empty(status: HTTPStatus) -> HttpResponse:
    response = HttpResponse(status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
