"""The merchant's account, on which every operation works, and the call of an operation."""

from dataclasses import dataclass
from typing import Any

from pizzeria.devtools.stripe_server import objects
from pizzeria.devtools.stripe_server.errors import no_such
from pizzeria.devtools.stripe_server.faults import Fault, Faults, RequestAction
from pizzeria.devtools.stripe_server.store import Store, StripeObject
from pizzeria.devtools.stripe_server.webhooks import WebhookQueue


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

    def has_fault(self, action: RequestAction) -> bool:
        return self.fault is not None and self.fault.action == action


@dataclass(frozen=True, slots=True)
class Account:
    """
    The account, with the parts of the server that its operations need.

    :param url: the address of the server, without a slash at the end
    :param merchant: the name that the payment page shows
    """

    store: Store
    webhooks: WebhookQueue
    faults: Faults
    url: str
    merchant: str

    def get(self, kind: str, id: str, *, param: str) -> StripeObject:
        """
        Return an object by its id.

        :raises ApiError: there is none of this kind
        """
        found = self.store.find(id)
        if found is None or found["object"] != kind:
            raise no_such(kind, id, param)
        return found

    def session_of(self, owned: StripeObject) -> StripeObject:
        """Return the session of an intent, a charge or a refund."""
        return self.get("checkout.session", owned["_session"], param="session")

    def public(self, kept: StripeObject) -> StripeObject:
        """Return an object as it is sent."""
        sent = {name: value for name, value in kept.items() if not name.startswith("_")}
        if kept["object"] == "checkout.session":
            sent["url"] = f"{self.url}/c/pay/{kept['id']}" if kept["status"] == "open" else None
        return sent

    def emit(self, *news: tuple[str, StripeObject], at: int) -> None:
        """Record events, each a type and its object, and queue their webhooks, in the transaction that is open."""
        is_sent = self.webhooks.is_configured
        events = [objects.event(kind, self.public(about), is_sent=is_sent, at=at) for kind, about in news]
        self.store.save(*events)
        if is_sent:
            subjects = self.subjects(*(about["id"] for _kind, about in news))
            self.webhooks.enqueue(events, subjects)

    def subjects(self, *names: str) -> set[str]:
        """Return names with the session and the reference that each belongs to: what a fault can be limited to."""
        found = {name for name in names if name}
        for name in list(found):
            owned = self.store.find(name)
            if owned is not None:
                session = owned if owned["object"] == "checkout.session" else self.store.find(owned.get("_session", ""))
                found |= {session["id"], session["client_reference_id"] or ""} if session else set()
        return found
