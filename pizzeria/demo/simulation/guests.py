"""Simulated guests: they fill a basket, place the order, and sometimes cancel it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from kitchen.capacity import KitchenFull
from kitchen.models import FulfillmentMethod
from menu import catalogue
from menu.selections import Selection
from orders import services as order_services
from orders.basket_pricing import PriceTerms, price_basket
from orders.models import CancelReason, Order
from orders.selectors.delivery_area import delivery_terms
from orders.selectors.quotes import slots_for
from pizzeria.demo.simulation.cooks import Cooks
from pizzeria.demo.simulation.guest_profiles import Guest
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scenario import Incident, Visit
from pizzeria.demo.simulation.scheduler import Scheduler
from pizzeria.demo.simulation.staff import Staff
from pizzeria.foundation import clock
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.money import format_amount

RETRY_MINUTES = 6  # until a guest who was turned away tries again
LATER = timedelta(minutes=30)  # before guests who order for later want it, at least


class Guests:
    def __init__(self, *, scheduler: Scheduler, report: Report, staff: Staff, cooks: Cooks) -> None:
        self._scheduler, self._report, self._staff, self._cooks = scheduler, report, staff, cooks

    def schedule_visit(self, visit: Visit) -> None:
        """Schedule a visit."""
        self._scheduler.schedule(visit.after.total_seconds() / 60, partial(self._arrive, visit))

    def _arrive(self, visit: Visit, at: datetime, *, is_retry: bool = False) -> None:
        try:
            order = place_order(
                guest=visit.guest,
                selections=visit.selections,
                method=visit.method,
                is_for_later=visit.is_for_later,
                staff=self._staff,
                at=at,
            )
        except KitchenFull as refusal:
            self._report.line(at, f"{visit.guest.name} is turned away: {refusal.message}", counts_as="turned away")
            if not is_retry:
                self._scheduler.schedule(RETRY_MINUTES, partial(self._arrive, visit, is_retry=True))
            return
        self._report.line(at, _order_report(visit, order), counts_as="ordered")
        if visit.incident is Incident.CHANGED_MIND:
            self._scheduler.schedule(0.8, partial(self._cancel, order, visit.guest.username))
        if order.requested_for:
            self._cooks.add_ticket_for_later(order.ref, at=at)
        else:
            self._cooks.add_ticket(order.ref, visit.incident)

    def _cancel(self, order: Order, username: str, at: datetime) -> None:
        by = self._staff.actor_for(username).with_guest_token(order.contact.guest_token)
        order_services.cancel_order(ref=order.ref, reason=CancelReason.CHANGED_MIND, by=by, at=at)
        self._report.line(at, f"#{order.number} is cancelled by its guest", counts_as="cancelled")


def place_order(
    *,
    guest: Guest,
    selections: Sequence[Selection],
    method: FulfillmentMethod,
    is_for_later: bool = False,
    staff: Staff,
    at: datetime,
) -> Order:
    """
    Fill a basket, compute its total, place the order, and return it.

    :param is_for_later: for half an hour later or soon after that; if the shop offers no such time, as soon as possible
    :raises Refusal: the shop does not accept the selections or the order
    """
    by, ref = staff.actor_for(guest.username), uuid7()
    for selection in selections:
        filled = order_services.add_to_basket(ref=ref, selection=selection, quantity=1, by=by, at=at)
    basket = filled.basket
    contact = guest.contact(method)
    delivery = delivery_terms(contact.postal_code) if method == FulfillmentMethod.DELIVERY else None
    priced_basket = price_basket(list(basket.lines.all()), snapshot=catalogue.current_snapshot(), at=at)
    if delivery and priced_basket.totals.lines_total < delivery.minimum:  # a guest who reads that picks it up instead
        contact, delivery, method = guest.contact(FulfillmentMethod.PICKUP), None, FulfillmentMethod.PICKUP
    priced_basket = priced_basket.under(PriceTerms(delivery=delivery, tip=guest.tip))
    wanted_at = None
    if is_for_later:
        driving_minutes = delivery.driving_minutes if delivery else None
        slots = slots_for(
            method=method, pizza_minutes=priced_basket.pizza_minutes, driving_minutes=driving_minutes, at=at
        )
        wanted_at = next((slot.at for slot in slots.offered if slot.at >= at + LATER), None)
    return order_services.place_order(
        ref=uuid7(),
        basket=basket.ref,
        contact=contact,
        method=method,
        tip=guest.tip,
        wanted_at=wanted_at,
        shown_total=priced_basket.totals.total,
        shown_lines=priced_basket.fingerprint,
        by=by,
        at=at,
    )


def _order_report(visit: Visit, order: Order) -> str:
    assert order.total is not None and order.placed_at and order.promise_from and order.promise_until, (
        "it has just been placed"
    )
    how = "to be brought" if order.method == FulfillmentMethod.DELIVERY else "to pick up"
    if order.requested_for:
        how += " later"
    promise = f"{clock.day_and_time(order.promise_from, at=order.placed_at)} to {clock.wall_clock(order.promise_until)}"
    return f"{visit.guest.name} orders #{order.number} {how}, {format_amount(order.total)}, promised {promise}"
