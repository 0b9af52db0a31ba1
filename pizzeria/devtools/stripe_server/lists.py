"""Lists: filtered, newest first, in pages."""

from collections.abc import Callable
from typing import Any

from pizzeria.devtools.stripe_server import objects, parameters
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.parameters import Parser
from pizzeria.devtools.stripe_server.store import StripeObject

DEFAULT_LIMIT, MAX_LIMIT = 10, 100
BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}
PARAMETERS: dict[str, Parser] = {
    "created": parameters.period,
    "ending_before": parameters.text(),
    "expand": parameters.list_of(parameters.text()),
    "limit": parameters.integer(minimum=1, maximum=MAX_LIMIT),
    "starting_after": parameters.text(),
}  # of every list; the others filter by the field of the same name


def page(account: Account, kind: str, params: dict[str, Any], *, url: str) -> StripeObject:
    """
    Return a page of the objects of a kind.

    :param params: those of the request, parsed
    :raises ApiError: a cursor names no object of the kind
    """
    filters = {name: value for name, value in params.items() if name not in PARAMETERS}
    period = params.get("created", {})
    found = [
        each
        for each in account.store.newest_first(kind)
        if all(BOUNDS[bound](each["created"], moment) for bound, moment in period.items())
        and all(each[name] == value for name, value in filters.items())
    ]
    limit = params.get("limit", DEFAULT_LIMIT)
    chosen = found[:limit]
    has_more = len(found) > limit
    if "starting_after" in params:
        following = found[_index(account, kind, found, params, "starting_after") + 1 :]
        chosen, has_more = following[:limit], len(following) > limit
    elif "ending_before" in params:
        preceding = found[: _index(account, kind, found, params, "ending_before")]
        chosen, has_more = preceding[-limit:], len(preceding) > limit
    return objects.list_object([account.public(each) for each in chosen], url=url, has_more=has_more)


def _index(account: Account, kind: str, found: list[StripeObject], params: dict[str, Any], cursor: str) -> int:
    ids = [each["id"] for each in found]
    if params[cursor] not in ids:
        account.get(kind, params[cursor], param=cursor)
        return -1 if cursor == "starting_after" else len(ids)  # an object that the filters leave out
    return ids.index(params[cursor])
