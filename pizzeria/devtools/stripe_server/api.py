"""
The API: from a request to an answer.

A request passes, in this order: the route, the key of the account, faults that refuse it, the idempotency key, the
check of its parameters, the operation, and faults that keep its answer back.
"""

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import Message
from http import HTTPStatus
from typing import Any

from pizzeria.devtools.stripe_server import API_VERSION, checkout, lists, objects, parameters, payments, refunds
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.errors import ApiError, injected
from pizzeria.devtools.stripe_server.expansion import expand
from pizzeria.devtools.stripe_server.faults import REQUEST_ACTIONS, Fault
from pizzeria.devtools.stripe_server.http_messages import Answer, Request, delivery_after
from pizzeria.devtools.stripe_server.idempotency import IdempotencyKeys, KeptAnswer, Reservation
from pizzeria.devtools.stripe_server.parameters import Parser, mapping, text
from pizzeria.devtools.stripe_server.store import StripeObject

RETRY_AFTER = 1  # seconds, with status 429
EXPAND_ONLY = mapping({"expand": parameters.list_of(text())})
LIST_EVENTS = mapping({**lists.PARAMETERS, "type": text()})


@dataclass(frozen=True, slots=True)
class Call:
    """
    A call of an operation.

    :param params: as they were sent, or parsed once the operation runs
    :param id: the one in the path, or empty
    """

    request_id: str
    id: str
    params: dict[str, Any]
    fault: Fault | None
    at: int

    def has_fault(self, action: str) -> bool:
        return self.fault is not None and self.fault.action == action


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    route: str  # method and path; {} stands for an id
    parse: Parser
    run: Callable[[Account, Call], StripeObject]

    def match(self, method: str, path: str) -> re.Match[str] | None:
        pattern = re.escape(self.route).replace(r"\{\}", r"(\w+)").replace(r"\ ", " ")
        return re.fullmatch(pattern, f"{method} {path}")


OPERATIONS = [
    Operation(
        "checkout.sessions.create",
        "POST /v1/checkout/sessions",
        checkout.CREATE,
        lambda account, call: checkout.create(account, call.params, at=call.at),
    ),
    Operation(
        "checkout.sessions.retrieve",
        "GET /v1/checkout/sessions/{}",
        EXPAND_ONLY,
        lambda account, call: checkout.retrieve(account, call.id),
    ),
    Operation(
        "checkout.sessions.expire",
        "POST /v1/checkout/sessions/{}/expire",
        EXPAND_ONLY,
        lambda account, call: checkout.expire(account, call.id, at=call.at),
    ),
    Operation(
        "checkout.sessions.list",
        "GET /v1/checkout/sessions",
        checkout.LIST,
        lambda account, call: checkout.list_page(account, call.params),
    ),
    Operation(
        "payment_intents.retrieve",
        "GET /v1/payment_intents/{}",
        EXPAND_ONLY,
        lambda account, call: payments.retrieve_intent(account, call.id),
    ),
    Operation(
        "payment_intents.list",
        "GET /v1/payment_intents",
        payments.LIST_INTENTS,
        lambda account, call: payments.list_intents(account, call.params),
    ),
    Operation(
        "charges.retrieve",
        "GET /v1/charges/{}",
        EXPAND_ONLY,
        lambda account, call: payments.retrieve_charge(account, call.id),
    ),
    Operation(
        "charges.list",
        "GET /v1/charges",
        payments.LIST_CHARGES,
        lambda account, call: payments.list_charges(account, call.params),
    ),
    Operation(
        "refunds.create",
        "POST /v1/refunds",
        refunds.CREATE,
        lambda account, call: refunds.create(account, call.params, is_pending=call.has_fault("pending"), at=call.at),
    ),
    Operation(
        "refunds.retrieve",
        "GET /v1/refunds/{}",
        EXPAND_ONLY,
        lambda account, call: refunds.retrieve(account, call.id),
    ),
    Operation(
        "refunds.list",
        "GET /v1/refunds",
        refunds.LIST,
        lambda account, call: refunds.list_page(account, call.params),
    ),
    Operation(
        "events.retrieve",
        "GET /v1/events/{}",
        EXPAND_ONLY,
        lambda account, call: account.public(account.get("event", call.id, param="id")),
    ),
    Operation(
        "events.list",
        "GET /v1/events",
        LIST_EVENTS,
        lambda account, call: lists.page(account, "event", call.params, url="/v1/events"),
    ),
]


class Api:
    def __init__(self, account: Account, api_key: str) -> None:
        self._account, self._api_key = account, api_key
        self._keys = IdempotencyKeys(account.store)

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request, after doing what it asks."""
        request_id = objects.new_id("req", length=14)
        try:
            answer = self._answer(request, request_id)
        except ApiError as refusal:
            answer = Answer.of_json(refusal.status, refusal.body, {})
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            headers["Retry-After"] = str(RETRY_AFTER)
        return replace(answer, headers=headers | answer.headers)

    def authenticate(self, headers: Message) -> None:
        """
        Raise an error unless the request has the account's key.

        :raises ApiError: it has none, or another one
        """
        scheme, _space, key = headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise ApiError("You did not provide an API key.", status=HTTPStatus.UNAUTHORIZED)
        if not key.startswith("sk_test_") or not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise ApiError(f"Invalid API Key provided: {key[:8]}****", status=HTTPStatus.UNAUTHORIZED)

    def _answer(self, request: Request, request_id: str) -> Answer:
        operation, object_id = _route(request)
        self.authenticate(request.headers)
        _check_version(request.headers)
        sent = parameters.decode(request.encoded)
        fault = self._fault(operation, object_id, sent)
        match fault:
            case Fault(action="refuse", status=status):
                raise injected(status)
            case Fault(action="drop_before"):
                return Answer(0, delivery="dropped")
        call = Call(request_id, object_id, sent, fault, int(time.time()))
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        with self._keys.reserved(key, request.method, request.path, sent, at=call.at) as reservation:
            if fault and fault.action == "delay":
                time.sleep(fault.seconds)
            kept = reservation.answer or self._execute(operation, call, reservation)
        headers = {"Idempotency-Key": key, "Original-Request": kept.request_id} if key else {}
        if reservation.answer:
            headers["Idempotent-Replayed"] = "true"
        if kept.status >= HTTPStatus.INTERNAL_SERVER_ERROR and key:
            headers["Stripe-Should-Retry"] = "false"  # it would get the same answer
        return Answer.of_json(kept.status, kept.body, headers, delivery_after(fault))

    def _fault(self, operation: Operation, object_id: str, sent: dict[str, Any]) -> Fault | None:
        names = [object_id, *(sent.get(name, "") for name in ("client_reference_id", "payment_intent", "charge"))]
        with self._account.store.transaction():
            subjects = self._account.subjects(*(name for name in names if isinstance(name, str)))
        return self._account.faults.take(operation.name, subjects, among=REQUEST_ACTIONS)

    def _execute(self, operation: Operation, call: Call, reservation: Reservation) -> KeptAnswer:
        """Do what an operation does, and keep its answer, in one transaction."""
        store = self._account.store
        call = replace(call, params=operation.parse(call.params, ""), at=int(time.time()))
        try:
            with store.transaction():
                checkout.expire_overdue(self._account, at=call.at)
                body = expand(self._account, operation.run(self._account, call), call.params.get("expand", []))
                kept = KeptAnswer(call.request_id, HTTPStatus.OK, body)
                if call.fault and call.fault.action == "fail":
                    kept = KeptAnswer(call.request_id, call.fault.status, injected(call.fault.status).body)
                self._keys.keep(reservation, kept, at=call.at)
        except ApiError as refusal:
            if not refusal.is_final:
                raise
            kept = KeptAnswer(call.request_id, refusal.status, refusal.body)
            with store.transaction():
                self._keys.keep(reservation, kept, at=call.at)
        return kept


def _route(request: Request) -> tuple[Operation, str]:
    for operation in OPERATIONS:
        if found := operation.match(request.method, request.path):
            return operation, "".join(found.groups())
    raise ApiError(f"Unrecognized request URL ({request.method}: {request.path}).", status=HTTPStatus.NOT_FOUND)


def _check_version(headers: Message) -> None:
    """Refuse other versions of the API than the one that the objects have; later dates of its release are the same."""
    release = API_VERSION.partition(".")[2]
    if headers.get("Stripe-Version", API_VERSION).partition(".")[2] != release:
        raise ApiError(f"Invalid Stripe API version: this stand-in speaks {API_VERSION}.")
