"""The ticket of a past order as it was in the end: gone, or withdrawn; and the step before that."""

from dataclasses import dataclass

from kitchen.models import TicketState
from orders.models import PaymentMethod
from pizzeria.demo.bulk_history.courses import Course
from pizzeria.demo.bulk_history.events import SYSTEM, Hands


@dataclass(frozen=True, slots=True)
class TicketStep:
    """A state of a ticket, since when, and by whom as stored events have it."""

    state: TicketState
    since: int
    by: str = ""


def last_steps(course: Course, hands: Hands) -> tuple[TicketStep, TicketStep]:
    """Return the last state of a ticket, and the one before."""
    before = _last_open(course, hands)
    if course.cancelled_at is not None:
        return TicketStep(TicketState.WITHDRAWN, course.cancelled_at, hands.canceller), before
    left_at = course.left_again_at or course.left_at
    if left_at is not None:
        return TicketStep(TicketState.GONE, left_at, str(hands.driver)), before
    assert course.delivered_at is not None, "what is not cancelled is delivered"
    return TicketStep(TicketState.GONE, course.delivered_at, hands.finisher), before


def _last_open(course: Course, hands: Hands) -> TicketStep:
    if course.returned_at is not None:
        return TicketStep(TicketState.READY, course.returned_at, str(hands.driver))
    if course.ready_at is not None:
        return TicketStep(TicketState.READY, course.ready_at, hands.finisher)
    if course.captured_at is not None:
        return TicketStep(TicketState.WAITING, course.captured_at, SYSTEM)
    is_cash = course.method == PaymentMethod.CASH
    return TicketStep(TicketState.WAITING if is_cash else TicketState.HELD, course.placed_at)
