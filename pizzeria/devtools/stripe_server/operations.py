"""The operations of the API: the name by which a fault finds each, its route, its parameters, and what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pizzeria.devtools.stripe_server import checkout, lists, parameters, refunds
from pizzeria.devtools.stripe_server.account import Account, Call
from pizzeria.devtools.stripe_server.parameters import Parser, choice, mapping, text
from pizzeria.devtools.stripe_server.store import StripeObject

EXPAND_ONLY = mapping({"expand": parameters.list_of(text())})


@dataclass(frozen=True, slots=True)
class Operation:
    """
    An operation.

    :param name: as the SDK calls it: `checkout.sessions.create`
    :param route: method and path, with {} for an id
    """

    name: str
    route: str
    parse: Parser
    run: Callable[[Account, Call], StripeObject]

    def match(self, method: str, path: str) -> re.Match[str] | None:
        """Return the match of a request, whose group is the id, or None if the request is for another operation."""
        return re.fullmatch(re.escape(self.route).replace(r"\{\}", r"(\w+)"), f"{method} {path}")


def _reading(name: str, kind: str, *, param: str, filters: dict[str, Parser]) -> list[Operation]:
    """
    Return the operations that look up and list the objects of a kind.

    :param param: the name that errors have for the id
    :param filters: the parameters of the list beside those of every list
    """
    url = f"/v1/{name.replace('.', '/')}"
    return [
        Operation(
            f"{name}.retrieve",
            f"GET {url}/{{}}",
            EXPAND_ONLY,
            lambda account, call: account.public(account.get(kind, call.id, param=param)),
        ),
        Operation(
            f"{name}.list",
            f"GET {url}",
            mapping({**lists.PARAMETERS, **filters}),
            lambda account, call: lists.page(account, kind, call.params, url=url),
        ),
    ]


OPERATIONS = [
    Operation("checkout.sessions.create", "POST /v1/checkout/sessions", checkout.CREATE, checkout.create),
    Operation("checkout.sessions.expire", "POST /v1/checkout/sessions/{}/expire", EXPAND_ONLY, checkout.expire),
    Operation("refunds.create", "POST /v1/refunds", refunds.CREATE, refunds.create),
    *_reading(
        "checkout.sessions",
        "checkout.session",
        param="session",
        filters={"payment_intent": text(), "status": choice("complete", "expired", "open")},
    ),
    *_reading("payment_intents", "payment_intent", param="intent", filters={}),
    *_reading("charges", "charge", param="id", filters={"payment_intent": text()}),
    *_reading("refunds", "refund", param="refund", filters={"charge": text(), "payment_intent": text()}),
    *_reading("events", "event", param="id", filters={"type": text()}),
]
