"""Requests and answers, apart from the sockets they come and go by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Literal, Self

from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.devtools.stripe_server.store import StripeObject

type Delivery = Literal["sent", "never", "dropped"]
DELIVERY_BY_ACTION: dict[str, Delivery] = {"hang": "never", "drop_before": "dropped", "drop_after": "dropped"}


@dataclass(frozen=True, slots=True)
class Request:
    """
    A request as it came.

    :param encoded: its form, or its query if it is a GET
    """

    method: str
    path: str
    encoded: str
    headers: Message


@dataclass(frozen=True, slots=True)
class Answer:
    """
    An answer.

    :param delivery: "never" sends nothing and keeps the connection open, "dropped" closes it
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = "sent"

    @classmethod
    def of_json(cls, status: int, body: StripeObject, headers: Mapping[str, str], delivery: Delivery = "sent") -> Self:
        return cls(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, delivery)

    @classmethod
    def of_redirect(cls, address: str, delivery: Delivery = "sent") -> Self:
        return cls(HTTPStatus.SEE_OTHER, headers={"Location": address}, delivery=delivery)


def delivery_after(fault: Fault | None) -> Delivery:
    """Return what becomes of an answer under a fault."""
    return DELIVERY_BY_ACTION.get(fault.action, "sent") if fault else "sent"
