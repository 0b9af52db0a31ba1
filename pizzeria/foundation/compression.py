"""
Compression of responses, where it is safe.

The size of a compressed page tells what in it repeats: whoever can choose a part of a page, and sees how large the
encrypted response is, learns the rest of it bit by bit (BREACH). So nothing is compressed unless its view is declared
here with the reason why that is safe, and everything else is sent as it is: pages of one person (basket, checkout,
orders and the links of guests, accounts), those of the staff, where guests' names and notes stand beside each other,
forms that repeat what was typed, the API, and event streams. Tokens against CSRF, nonces and idempotency keys are no
such secrets: they are different in each response.

Static files are compressed once, by `collectstatic`.
"""

import gzip
import re
from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Concatenate

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

MIN_BYTES = 500  # a smaller response fits into a packet anyway
LEVEL = 1  # a seventh larger than the usual 6, for about half of its time, which every request takes

_ACCEPTED = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


class SafeBecause(Enum):
    """The reason why the responses of a view may be compressed."""

    EQUAL_FOR_ALL = "It is a public file, the same for everybody."
    NOTHING_CHOSEN = "It contains nothing that the request, or another person, has chosen."
    OF_NOBODY = "It repeats what the request has chosen, but contains nothing about a reader who is not signed in."


def compressed[**P](
    reason: SafeBecause,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """
    Return a decorator of views whose successful responses are compressed for browsers that accept it.

    :param reason: of the whole page, its header included. With `OF_NOBODY`, it is not compressed for signed-in users.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def compressing(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if reason is SafeBecause.OF_NOBODY and SESSION_KEY in request.session:
                return response
            return _compressed(request, response)

        compressing.compressed_because = reason  # type: ignore[attr-defined]
        return compressing

    return decorate


def _compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code != 200 or response.streaming or response.has_header("Content-Encoding"):  # noqa: PLR2004
        return response
    if len(response.content) < MIN_BYTES:
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    if not _ACCEPTED.search(request.headers.get("Accept-Encoding", "")):
        return response
    response.content = gzip.compress(response.content, compresslevel=LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    etag = response.get("ETag", "")
    if etag.startswith('"'):  # RFC 9110, 8.8.1: the same content in other bytes
        response.headers["ETag"] = f"W/{etag}"
    return response
