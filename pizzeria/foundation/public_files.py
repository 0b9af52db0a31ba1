"""Views of public files: they are the same for everybody, so that shared caches store them, and use no session."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve


def public_file[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, R]:
    """
    Mark a view whose response is a public file. Middleware reads and writes no session for it.

    The last part of its address has a file name's dot.
    """
    view.is_public_file = True  # type: ignore[attr-defined]
    return view


def is_public_file(request: HttpRequest) -> bool:
    """Return whether a request is for a public file."""
    if "." not in request.path_info.rpartition("/")[2]:
        return False  # most pages: nothing is resolved twice
    try:
        return getattr(resolve(request.path_info).func, "is_public_file", False)
    except Resolver404:
        return False
