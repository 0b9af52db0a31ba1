"""
Orders for later: the quarters of an hour at which an order can be wanted, and the pizzas that each of them can take.

An order for later is wanted at a full quarter of an hour: a pickup is ready from then on, a delivery is with the guest
from then on. Its ticket is due earlier, and takes its pizzas from the *slot* in which it is due: the limit of a slot
protects the oven. Quarters are those of UTC, and with that those of every wall clock whose offset is a multiple of 15
minutes; in the nights when the clocks change, each of them is still one moment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen import promises, slot_labels
from kitchen.capacity import OrderTooLarge
from kitchen.hours import Interval
from kitchen.models import MAX_TICKET_MINUTES, FulfillmentMethod, Kitchen, Ticket
from kitchen.promises import MINUTE, Promise
from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import ShopSnapshot

QUARTER = timedelta(minutes=15)
MAX_NAMED = timedelta(days=60)  # a time further away is not repeated: it may be none that a calendar has
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SlotNotOffered(Refusal):
    """The shop has no order ready at that time: it is closed, it is too soon or too far away, or for this order."""

    code = "slot_not_offered"
    status = 422


class SlotFull(Refusal):
    """The oven has no room for that many pizzas at that time."""

    code = "slot_full"


@dataclass(frozen=True, slots=True)
class LaterOrder:
    """
    An order that somebody wants later, as far as its time depends on it.

    :ivar pizzas: how many there are
    :ivar minutes: time that its ticket takes in the oven
    :ivar driving_minutes: of a delivery; None: those of the shop's settings
    """

    method: FulfillmentMethod
    pizzas: int
    minutes: int
    shop: ShopSnapshot
    driving_minutes: int | None = None

    @classmethod
    def of(
        cls,
        pizza_minutes: Sequence[int],
        *,
        method: FulfillmentMethod,
        shop: ShopSnapshot,
        driving_minutes: int | None = None,
    ) -> "LaterOrder":
        """
        Return the order with some pizzas.

        :param pizza_minutes: minutes in the oven, one entry per pizza
        """
        minutes = promises.ticket_minutes(pizza_minutes, shop=shop)
        return cls(method, len(pizza_minutes), minutes, shop, driving_minutes)

    @property
    def time_on_the_way(self) -> timedelta:
        """Return how long before the wanted time it comes out of the oven."""
        return promises.minutes_to_the_guest(self.method, shop=self.shop, driving_minutes=self.driving_minutes) * MINUTE

    @property
    def time_in_the_oven(self) -> timedelta:
        return self.minutes * MINUTE

    def due_at(self, wanted_at: datetime) -> datetime:
        return wanted_at - self.time_on_the_way

    def promise(self, wanted_at: datetime) -> Promise:
        return Promise(wanted_at, wanted_at + self.shop.promise_window_minutes * MINUTE)


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """
    A quarter of an hour at which an order can be wanted.

    :ivar pizzas_left: that orders due in the same slot can still have
    """

    at: datetime
    pizzas_left: int


@dataclass(frozen=True, slots=True)
class Slots:
    """
    The quarters of an hour at which one order can be wanted.

    :ivar refusal: why this order cannot be for later at all; None: it can
    :ivar possible: those in which there is time to make it, by their moment; also those without enough pizzas left
    """

    order: LaterOrder
    refusal: Refusal | None
    possible: Mapping[datetime, OfferedSlot]

    @property
    def offered(self) -> list[OfferedSlot]:
        """Return those that take the order, in their sequence."""
        return [slot for slot in self.possible.values() if self.has_room(slot)]

    def promise(self, wanted_at: datetime) -> Promise:
        return self.order.promise(wanted_at)

    def has_room(self, slot: OfferedSlot) -> bool:
        return self.order.pizzas <= slot.pizzas_left

    def refuse_unless_offered(self, wanted_at: datetime, *, at: datetime) -> None:
        """
        Refuse a time at which the order cannot be wanted.

        :raises SlotNotOffered, OrderTooLarge: it is none of those for this order
        :raises SlotFull: the slot has not enough pizzas left
        """
        if self.refusal:
            raise self.refusal
        slot = self.possible.get(wanted_at)
        if slot is None:
            raise SlotNotOffered(_impossible_message(wanted_at, at), field="wanted_at")
        if not self.has_room(slot):
            raise SlotFull(_full_message(slot, {"time": slot_labels.label(wanted_at, at=at)}), field="wanted_at")


def _impossible_message(wanted_at: datetime, at: datetime) -> str:
    if abs(wanted_at - at) > MAX_NAMED:
        return _("We take no orders for a time that far away. Please choose another time.")
    message = _("We cannot have it for you at %(time)s. Please choose another time.")
    return message % {"time": slot_labels.label(wanted_at, at=at)}


def _full_message(slot: OfferedSlot, time: dict[str, str]) -> str:
    if slot.pizzas_left <= 0:
        return _("%(time)s is taken by now. Please choose another time.") % time
    message = ngettext(
        "At %(time)s our oven has room for %(room)d more pizza only. Please choose another time.",
        "At %(time)s our oven has room for %(room)d more pizzas only. Please choose another time.",
        slot.pizzas_left,
    )
    return message % {**time, "room": slot.pizzas_left}


def slots_for(
    kitchen: Kitchen, order: LaterOrder, *, tickets: Iterable[Ticket], taken: Mapping[datetime, int], at: datetime
) -> Slots:
    """
    Return the quarters of an hour at which an order can be wanted.

    One is possible if the order can be made for it within the opening hours, and no sooner than an order for as soon as
    possible would be there; also while the kitchen accepts no such order, because it is full, closed or paused.

    :param tickets: those in the queue, as `promises.ready_time` takes them
    :param taken: the pizzas of the tickets in each slot
    """
    refusal = _refusal(kitchen, order)
    if refusal:
        return Slots(order, refusal, {})
    return Slots(order, None, {slot.at: slot for slot in _possible(kitchen, order, tickets, taken, at)})


def is_any_offered(
    kitchen: Kitchen, order: LaterOrder, *, tickets: Iterable[Ticket], taken: Mapping[datetime, int], at: datetime
) -> bool:
    """Return whether `slots_for` offers any slot: it looks no further than for the first one."""
    if _refusal(kitchen, order):
        return False
    return any(order.pizzas <= slot.pizzas_left for slot in _possible(kitchen, order, tickets, taken, at))


def _possible(
    kitchen: Kitchen, order: LaterOrder, tickets: Iterable[Ticket], taken: Mapping[datetime, int], at: datetime
) -> Iterator[OfferedSlot]:
    """Yield the slots in which there is time to make an order that is not refused."""
    limit, on_the_way = kitchen.max_slot_pizzas or 0, order.time_on_the_way
    earliest, until_there = _earliest(kitchen, order, tickets, at), order.time_in_the_oven + on_the_way
    for begin, end in _openings(kitchen, at):
        for wanted_at in _quarters(max(earliest, begin + until_there), end):
            yield OfferedSlot(wanted_at, limit - taken.get(slot_of(wanted_at - on_the_way), 0) if taken else limit)


def slot_of(moment: datetime) -> datetime:
    """Return the beginning of the quarter of an hour that a moment is in."""
    return moment - (moment - _EPOCH) % QUARTER


def _refusal(kitchen: Kitchen, order: LaterOrder) -> Refusal | None:
    """Return why an order cannot be for later at any time; None: it can."""
    limit = kitchen.max_slot_pizzas
    if limit is None:
        return SlotNotOffered(_("We take no orders for later."), field="wanted_at")
    max_pizzas = kitchen.max_open_pizzas
    if order.minutes > MAX_TICKET_MINUTES or (max_pizzas is not None and order.pizzas > max_pizzas):
        return OrderTooLarge(_("Our oven cannot make that many pizzas at once."))
    if order.pizzas > limit:
        message = ngettext(
            "An order for later can have %(limit)d pizza at most.",
            "An order for later can have %(limit)d pizzas at most.",
            limit,
        )
        return SlotNotOffered(message % {"limit": limit}, field="wanted_at")
    return None


def _earliest(kitchen: Kitchen, order: LaterOrder, tickets: Iterable[Ticket], at: datetime) -> datetime:
    """Return the first moment for which an order can be made: after the queue, and after a pause."""
    ready_at = promises.ready_time(tickets, minutes=order.minutes, oven_slots=kitchen.oven_slots, at=at)
    if not kitchen.taking_orders:
        # Nobody knows when a pause without an end is over: nothing is offered for the rest of the business day.
        pause_ends_at = kitchen.paused_until or clock.end_of_business_day(at)
        ready_at = max(ready_at, pause_ends_at + order.time_in_the_oven)
    return ready_at + order.time_on_the_way


def _openings(kitchen: Kitchen, at: datetime) -> Iterator[Interval]:
    """Yield when the shop is open, on the days for which it takes orders; times without a gap between them are one."""
    today, hours = slot_labels.day_of(at), kitchen.hours
    current: Interval | None = None
    for number in range(-1, kitchen.later_days + 1):
        for begin, end in hours.intervals_of(today + timedelta(days=number)):
            if current and begin <= current[1]:
                current = (current[0], max(current[1], end))
                continue
            if current:
                yield current
            current = (begin, end)
    if current:
        # A shop that never closes ends its last day before midnight, which is the first moment of the next day.
        yield current if hours.week is not None else (current[0], current[1] - QUARTER)


def _quarters(earliest: datetime, latest: datetime) -> Iterator[datetime]:
    """Yield the full quarters from a moment to another, both included."""
    quarter = slot_of(earliest)
    if quarter < earliest:
        quarter += QUARTER
    while quarter <= latest:
        yield quarter
        quarter += QUARTER
