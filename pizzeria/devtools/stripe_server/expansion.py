"""Expansion of ids into the objects they name: `expand[]=payment_intent.latest_charge`."""

from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.errors import ApiError
from pizzeria.devtools.stripe_server.objects import list_object
from pizzeria.devtools.stripe_server.store import StripeObject

EXPANDABLE = {
    "checkout.session": {"line_items", "payment_intent"},
    "payment_intent": {"latest_charge"},
    "charge": {"payment_intent"},
    "refund": {"charge", "payment_intent"},
    "list": {"data"},
}
MAX_DEPTH = 4


def expand(account: Account, sent: StripeObject, paths: list[str]) -> StripeObject:
    """
    Expand paths of an object that is about to be sent.

    :raises ApiError: a path names no property that can be expanded
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH:
            raise ApiError(f"You cannot expand more than {MAX_DEPTH} levels of a property.", param="expand")
        _expand(account, sent, steps, path)
    return sent


def _expand(account: Account, sent: StripeObject, steps: list[str], path: str) -> None:
    step, *rest = steps
    if step not in EXPANDABLE.get(sent["object"], set()):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if step == "line_items":
        kept = account.get("checkout.session", sent["id"], param="session")
        sent[step] = list_object(kept["_line_items"], url=f"/v1/checkout/sessions/{sent['id']}/line_items")
    elif isinstance(sent[step], str):
        named = account.store.find(sent[step])
        assert named is not None  # nothing is deleted
        sent[step] = account.public(named)
    inner = sent[step] if isinstance(sent[step], list) else [sent[step]]
    if rest:
        for each in filter(None, inner):
            _expand(account, each, rest, path)
