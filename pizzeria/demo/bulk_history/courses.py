"""
The course of an order through a shop: when each step happened, and how it ended.

Tickets are cooked in their sequence, by as many oven slots as such a day needs, so that guests of a busy hour wait
longer; what goes wrong is drawn. All times are whole seconds since the epoch.
"""

import heapq
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from orders.models import CancelReason, PaymentFailure, PaymentMethod
from pizzeria.demo.bulk_history.baskets import PricedOrder
from pizzeria.foundation.shop.selectors import ShopSnapshot

ORDERS_PER_OVEN_SLOT, LEAST_OVEN_SLOTS = 22, 5  # of a day
BAD_EVENINGS, SLOWER, FORGOTTEN = 0.06, 1.5, 0.015  # short of a cook; and tickets forgotten in the oven
PAYMENT_METHODS = {PaymentMethod.CASH: 42, PaymentMethod.CREDIT_CARD: 38, PaymentMethod.DEBIT_CARD: 20}
PAYMENTS_FAILED = 0.02  # of those by card
PAYMENT_FAILURES = {
    PaymentFailure.CARD_DECLINED: 5,
    PaymentFailure.INSUFFICIENT_FUNDS: 3,
    PaymentFailure.NOT_AUTHENTICATED: 2,
    PaymentFailure.EXPIRED: 4,
}
CANCELLED_EARLY = {CancelReason.CHANGED_MIND: 0.016, CancelReason.SOLD_OUT: 0.007, CancelReason.TOO_BUSY: 0.005}
NOT_COLLECTED, FAILED_DELIVERIES = 0.008, 0.02  # of pickups, and of deliveries
NOBODY_HOME, GIVEN_UP = 0.7, 0.25  # of the failed deliveries
UNDONE, RECALLED = 0.006, 0.008
GOODWILL_REFUNDS, REFUNDED_WITHIN_DAYS = 0.012, 6
MINUTE, HOUR, DAY = 60, 3600, 86_400


class Slip(Enum):
    """What goes wrong in the kitchen, and is put right."""

    READY_UNDONE = auto()
    RECALLED = auto()


@dataclass(slots=True)
class Course:
    """
    The steps of one order; a time that is None is that of a step which was not taken.

    :ivar due_at: when its ticket should be ready
    :ivar captured_at: of a card payment
    :ivar slipped_at: when the ticket was first said to be ready, if a slip followed
    :ivar returned_at: when the driver brought it back
    :ivar left_again_at: when the driver left for the second time
    :ivar promised_anew_at: when the promise was extended
    :ivar refunded_at: when a manager refunded a part of it
    """

    placed_at: int
    method: PaymentMethod
    promise: tuple[int, int]
    due_at: int
    promised_anew_at: int | None = None
    new_promise: tuple[int, int] = (0, 0)
    captured_at: int | None = None
    failed_at: int | None = None
    failure: PaymentFailure | None = None
    started_at: int | None = None
    slip: Slip | None = None
    slipped_at: int = 0
    ready_at: int | None = None
    claimed_at: int | None = None
    left_at: int | None = None
    returned_at: int | None = None
    return_reason: CancelReason = CancelReason.NOBODY_HOME
    left_again_at: int | None = None
    delivered_at: int | None = None
    cancelled_at: int | None = None
    cancel_reason: CancelReason | None = None
    refunded_at: int | None = None

    @property
    def ended_at(self) -> int:
        """Return when it was handed over or cancelled."""
        ended_at = self.cancelled_at or self.delivered_at
        assert ended_at is not None, "every past order has ended"
        return ended_at

    @property
    def confirmed_at(self) -> int | None:
        """Return when it was confirmed; None: its payment failed."""
        return self.placed_at if self.method == PaymentMethod.CASH else self.captured_at


class Evening:
    """The kitchen and the drivers of one business day."""

    def __init__(self, *, orders: int, shop: ShopSnapshot, rng: Random) -> None:
        self._shop, self._rng = shop, rng
        self._free = [0] * max(LEAST_OVEN_SLOTS, orders // ORDERS_PER_OVEN_SLOT)  # when each oven slot is free
        self._pace = SLOWER if rng.random() < BAD_EVENINGS else 1.0
        self._methods, self._weights = list(PAYMENT_METHODS), list(PAYMENT_METHODS.values())

    def course_of(self, priced: PricedOrder, *, placed_at: int) -> Course:
        """Return the course of the next order of the day."""
        rng = self._rng
        extra = self._shop.handing_over_minutes
        if priced.delivery:
            zone = priced.delivery.driving_minutes
            extra += self._shop.driving_minutes if zone is None else zone
        out = max(placed_at, self._free[0]) + priced.basket.minutes * MINUTE
        course = Course(
            placed_at, rng.choices(self._methods, weights=self._weights)[0], self._promise(out + extra * MINUTE), out
        )
        if self._is_paid(course) and not self._is_cancelled_early(course):
            self._cook(course, priced.basket.minutes, extra=extra)
            (self._deliver if priced.delivery else self._hand_over)(course, extra)
            if course.delivered_at and rng.random() < GOODWILL_REFUNDS:
                course.refunded_at = course.delivered_at + int(rng.uniform(HOUR, REFUNDED_WITHIN_DAYS * DAY))
        return course

    def _promise(self, at: int, *, width: int | None = None) -> tuple[int, int]:
        whole = -(-at // MINUTE) * MINUTE
        return whole, whole + (self._shop.promise_window_minutes * MINUTE if width is None else width)

    def _is_paid(self, course: Course) -> bool:
        if course.method == PaymentMethod.CASH:
            return True
        rng = self._rng
        if rng.random() < PAYMENTS_FAILED:
            course.failure = rng.choices(list(PAYMENT_FAILURES), weights=list(PAYMENT_FAILURES.values()))[0]
            waited = 10 * MINUTE + 2 if course.failure == PaymentFailure.EXPIRED else rng.randrange(40, 400)
            course.failed_at = course.cancelled_at = course.placed_at + waited
            course.cancel_reason = CancelReason.PAYMENT_FAILED
            return False
        course.captured_at = course.placed_at + rng.randrange(18, 140)
        return True

    def _is_cancelled_early(self, course: Course) -> bool:
        drawn = self._rng.random()
        for reason, share in CANCELLED_EARLY.items():
            drawn -= share
            if drawn < 0:
                confirmed_at = course.confirmed_at
                assert confirmed_at is not None, "it is paid, or is to be paid in cash"
                course.cancelled_at = confirmed_at + self._rng.randrange(20, 160)
                course.cancel_reason = reason
                return True
        return False

    def _cook(self, course: Course, minutes: int, *, extra: int) -> None:
        rng, confirmed_at = self._rng, course.confirmed_at
        assert confirmed_at is not None, "it is paid, or is to be paid in cash"
        started_at = max(confirmed_at, self._free[0]) + rng.randrange(15, 150)
        cooked = minutes * MINUTE * self._pace * rng.uniform(0.82, 1.18)
        if rng.random() < FORGOTTEN:
            cooked += rng.randrange(8 * MINUTE, 22 * MINUTE)
        ready_at = started_at + int(cooked)
        drawn = rng.random()
        if drawn < UNDONE:
            course.slip, course.slipped_at = Slip.READY_UNDONE, ready_at - 30
        elif drawn < UNDONE + RECALLED:
            course.slip, course.slipped_at = Slip.RECALLED, ready_at
            ready_at += rng.randrange(100, 240)
        course.started_at, course.ready_at = started_at, ready_at
        heapq.heapreplace(self._free, ready_at)
        self._extend_promise(course, earliest=ready_at + extra * MINUTE, extra=extra)

    def _extend_promise(self, course: Course, *, earliest: int, extra: int) -> None:
        """Extend a promise that the kitchen has missed, when even its end could no longer be kept."""
        until, started_at = course.promise[1], course.started_at
        assert started_at and course.ready_at, "it is cooked"
        missed_at = until - extra * MINUTE + 30
        if earliest <= until or missed_at >= course.ready_at - 30:
            return
        course.promised_anew_at = max(missed_at, started_at + 1)
        course.slip = None  # one trouble is enough, and its time may be another than this one's
        course.new_promise = self._promise(earliest, width=2 * (until - course.promise[0]))

    def _hand_over(self, course: Course, extra: int) -> None:
        assert course.ready_at, "it is cooked"
        if self._rng.random() < NOT_COLLECTED:
            course.cancelled_at = course.ready_at + self._rng.randrange(45 * MINUTE, 70 * MINUTE)
            course.cancel_reason = CancelReason.NOT_COLLECTED
            return
        comes_at = course.promise[0] + int(self._rng.triangular(-6, 9, 0) * MINUTE)
        course.delivered_at = max(course.ready_at + self._rng.randrange(20, 150), comes_at)

    def _deliver(self, course: Course, extra: int) -> None:
        rng = self._rng
        assert course.ready_at, "it is cooked"
        driving = (extra - self._shop.handing_over_minutes) * MINUTE
        course.claimed_at = course.ready_at + rng.randrange(15, 200)
        course.left_at = course.claimed_at + rng.randrange(30, 150)
        arrived_at = course.left_at + int(driving * rng.triangular(0.45, 1.5, 0.75)) + 40
        if rng.random() >= FAILED_DELIVERIES:
            course.delivered_at = arrived_at
            return
        course.returned_at = arrived_at + driving // 2 + 300
        course.return_reason = CancelReason.NOBODY_HOME if rng.random() < NOBODY_HOME else CancelReason.WRONG_ADDRESS
        if rng.random() < GIVEN_UP:
            course.cancelled_at = course.returned_at + rng.randrange(60, 600)
            course.cancel_reason = course.return_reason
        else:
            course.left_again_at = course.returned_at + rng.randrange(120, 900)
            course.delivered_at = course.left_again_at + driving // 2 + 60
