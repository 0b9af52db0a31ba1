"""
The API: from a request to an answer.

A request passes, in this order: the route, the key of the account, faults that refuse it, the idempotency key, the
check of its parameters, the operation, and faults that keep its answer back.
"""

import hmac
import time
from dataclasses import replace
from email.message import Message
from http import HTTPStatus
from typing import Any

from pizzeria.devtools.stripe_server import API_VERSION, checkout, objects, parameters
from pizzeria.devtools.stripe_server.account import Account, Call
from pizzeria.devtools.stripe_server.errors import ApiError, injected
from pizzeria.devtools.stripe_server.expansion import expand
from pizzeria.devtools.stripe_server.faults import REQUEST_ACTIONS, Fault
from pizzeria.devtools.stripe_server.http_messages import Answer, Request, delivery_after
from pizzeria.devtools.stripe_server.idempotency import IdempotencyKeys, KeptAnswer, Reservation
from pizzeria.devtools.stripe_server.operations import OPERATIONS, Operation

RETRY_AFTER = 1  # seconds, with status 429


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
                self._account.faults.wait_out(fault)
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
