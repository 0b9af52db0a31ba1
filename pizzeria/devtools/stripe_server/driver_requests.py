"""What the driver of a test asks for: things that time or a bank would do."""

import re
import time
from http import HTTPStatus

from pizzeria.devtools.stripe_server import checkout, parameters, refunds
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.api import Api
from pizzeria.devtools.stripe_server.errors import ApiError, no_such
from pizzeria.devtools.stripe_server.http_messages import Answer, Request
from pizzeria.devtools.stripe_server.store import StripeObject

PATH = re.compile(r"/driver/([a-z-]+)/(\w*)")


class DriverRequests:
    def __init__(self, account: Account, api: Api) -> None:
        self._account, self._api = account, api

    def answer(self, request: Request) -> Answer:
        """Do what a driver asks for; it has the key of the account."""
        try:
            self._api.authenticate(request.headers)
            return Answer.of_json(HTTPStatus.OK, self._do(request), {})
        except ApiError as refusal:
            return Answer.of_json(refusal.status, refusal.body, {})

    def _do(self, request: Request) -> StripeObject:
        action, target = found.groups() if (found := PATH.fullmatch(request.path)) else ("", "")
        options, at = parameters.decode(request.encoded), int(time.time())
        match action:
            case "expire":
                return self._expire(target, at=at)
            case "settle-refund":
                with self._account.store.transaction():
                    return refunds.settle(self._account, target, succeeds=options["succeeds"] == "true", at=at)
            case "return-refund":
                with self._account.store.transaction():
                    return refunds.give_back(self._account, target, at=at)
            case "deliver-webhooks":
                newest_first = options["newest_first"] == "true"
                return {"released": self._account.webhooks.release(newest_first=newest_first)}
        raise no_such("action", request.path, "path")

    def _expire(self, id: str, *, at: int) -> StripeObject:
        with self._account.store.transaction():
            session = self._account.get(checkout.KIND, id, param="session")
            self._account.store.save({**session, "expires_at": min(at, session["expires_at"])})
            checkout.expire_overdue(self._account, at=at)
            return self._account.public(self._account.get(checkout.KIND, id, param="session"))
