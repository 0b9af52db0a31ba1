"""What a guest tells the kitchen once the order is placed: an allergy that was forgotten, or a note."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.permissions import HAND_OVER
from orders import policies
from orders.events import OrderNotesChanged
from orders.models import Order, OrderStatus
from orders.services.locks import lock_kitchen_of, lock_order
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.foundation.shop.selectors import current_shop

CHANGES_PER_HOUR = 20  # of one order, by its guest: each may call a cook away from the oven


class TooLateForNotes(Refusal):
    code = "too_late_for_notes"


def _attempts_to_change(*, ref: UUID, by: Actor, **_kwargs: object) -> Iterator[Attempt]:
    if not by.may(HAND_OVER):
        yield Attempt("notes", str(ref), CHANGES_PER_HOUR)


@command(attempts=_attempts_to_change)
def change_notes(
    *, ref: UUID, notes: str, allergies: str, shown: Mapping[str, str] | None = None, by: Actor, at: datetime
) -> Order:
    """
    Change the notes and the allergies of a placed order, also on its ticket, which a cook may have begun with.

    Guests can until the order is out of the oven, the counter until it leaves the shop. Nothing happens if both texts
    are what they were.

    :param ref: the order's ref
    :param shown: both texts as the actor has seen them; None: they are replaced, whatever they are by now
    :raises OrderNotFound: there is no such order, or none that the actor may see
    :raises NotAllowed: the actor may see the order, but it is not their own, and they do not work at the counter
    :raises OrderStateConflict: the order is cancelled or delivered already
    :raises TooLateForNotes: it is out of the oven, or has left the shop
    :raises ChangedMeanwhile: another user has changed one of the texts since they were shown
    :raises TooManyAttempts: the notes of the order were changed too often within an hour
    """
    kitchen = lock_kitchen_of(ref)
    order = lock_order(ref)
    refuse_unless_notes_possible(order, by=by)
    contact = order.contact
    refuse_if_changed_meanwhile(contact, shown=shown or {})
    changed = OrderNotesChanged(notes=notes != contact.notes, allergies=allergies != contact.allergies)
    if not (changed.notes or changed.allergies):
        return order

    contact.notes, contact.allergies = notes, allergies
    contact.save(update_fields=["notes", "allergies"])
    kitchen_services.change_ticket_notes(kitchen=kitchen, ref=ref, notes=notes, allergies=allergies, at=at)
    record(order, changed, by=by, at=at)
    return order


def refuse_unless_notes_possible(order: Order, *, by: Actor) -> None:
    """
    Refuse an order whose notes the actor cannot change, or not any more.

    :raises OrderNotFound, NotAllowed, OrderStateConflict, TooLateForNotes: see `change_notes`
    """
    policies.refuse_unless_visible(order, to=by)
    if not (policies.is_own(order, by) or by.may(HAND_OVER)):
        raise NotAllowed(_("Only the guest and the counter can add a note to an order."))
    policies.refuse_unless_active(order)
    number = {"number": order.number}
    if order.status == OrderStatus.DELIVERING:
        raise TooLateForNotes(_("#%(number)d has left the shop already.") % number + " " + _invitation())
    if not (order.takes_notes or by.may(HAND_OVER)):
        raise TooLateForNotes(_("#%(number)d is out of the oven already.") % number + " " + _invitation())


def _invitation() -> str:
    return current_shop().invitation_to_call
