"""Requests for the payment page and from its buttons."""

import re
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs

from pizzeria.devtools.stripe_server import checkout, page_templates, payments
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.errors import ApiError
from pizzeria.devtools.stripe_server.faults import REQUEST_ACTIONS, Fault
from pizzeria.devtools.stripe_server.http_messages import Answer, Request, delivery_after
from pizzeria.devtools.stripe_server.store import StripeObject

PATH = re.compile(r"/c/pay/(\w+)(/authenticate)?")
OUTCOMES: dict[str, Callable[..., StripeObject]] = {  # by the button of the page: account, session id, at=
    "pay": payments.pay,
    "confirm": payments.pay,
    "authenticate": payments.authenticate,
    "abandon": payments.abandon,
    **{code: partial(payments.decline, decline_code=code) for code in payments.DECLINES},
}


class Pages:
    def __init__(self, account: Account) -> None:
        self._account = account

    def answer(self, request: Request) -> Answer:
        """Return a page, or after a button the redirect to where the person goes next."""
        if request.path == page_templates.STYLE_PATH:
            return Answer(HTTPStatus.OK, page_templates.STYLE.read_bytes(), {"Content-Type": "text/css"})
        found = PATH.fullmatch(request.path)
        if found is None:
            return _page(page_templates.error_page("There is no such page."), status=HTTPStatus.NOT_FOUND)
        try:
            if request.method == "POST":
                return self._press(found[1], parse_qs(request.encoded).get("outcome", [""])[0])
            return self._show(found[1], asks_bank=bool(found[2]))
        except ApiError:
            return _page(page_templates.error_page("There is no such payment."), status=HTTPStatus.NOT_FOUND)

    def _show(self, session_id: str, *, asks_bank: bool) -> Answer:
        with self._account.store.transaction():
            checkout.expire_overdue(self._account, at=int(time.time()))
            session = self._account.get(checkout.KIND, session_id, param="session")
            intent = payments.intent_of(self._account, session)
        if not asks_bank:
            return _page(page_templates.payment_page(self._account, session, intent), session)
        if session["status"] == "open" and intent and intent["status"] == "requires_action":
            return _page(page_templates.authentication_page(self._account, session), session)
        return Answer.of_redirect(f"/c/pay/{session_id}")

    def _press(self, session_id: str, outcome: str) -> Answer:
        if outcome not in OUTCOMES:
            return _page(page_templates.error_page("There is no such button."), status=HTTPStatus.BAD_REQUEST)
        with self._account.store.transaction():
            subjects = self._account.subjects(session_id)
        fault = self._account.faults.take(f"page.{outcome}", subjects, among=REQUEST_ACTIONS)
        match fault:
            case Fault(action="refuse", status=status):
                return _page(page_templates.error_page("Please try again later."), status=status)
            case Fault(action="drop_before"):
                return Answer(0, delivery="dropped")
            case Fault(action="delay"):
                self._account.faults.wait_out(fault)
            case Fault(action="twice"):
                self._do(session_id, outcome)
        session = self._do(session_id, outcome)
        if fault and fault.action == "fail":
            return _page(page_templates.error_page("Please look at your order first."), status=fault.status)
        return Answer.of_redirect(_next_address(session, outcome), delivery_after(fault))

    def _do(self, session_id: str, outcome: str) -> StripeObject:
        at = int(time.time())
        with self._account.store.transaction():
            checkout.expire_overdue(self._account, at=at)
            return OUTCOMES[outcome](self._account, session_id, at=at)


def _next_address(session: StripeObject, outcome: str) -> str:
    if session["status"] == "complete":
        return page_templates.success_url(session)
    return f"/c/pay/{session['id']}" + ("/authenticate" if outcome == "authenticate" else "")


def _page(html: str, session: StripeObject | None = None, *, status: int = HTTPStatus.OK) -> Answer:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": page_templates.content_security_policy(session),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, html.encode(), headers)
