"""Steps of an order, each of which its stream reports."""

from kitchen import services as kitchen_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.waiting import TIMEOUT, until


def steps_of(order):
    """Start, finish and recall a waiting order, then finish and recall it repeatedly: one step for each `next`."""
    at = clock.now()
    yield kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=at)
    while True:
        yield kitchen_services.finish_ticket(ref=order.ref, by=SYSTEM, at=at)
        yield kitchen_services.recall_ticket(ref=order.ref, by=SYSTEM, at=at)


def step_until_reported_live(steps, is_reported_live, *, seconds=TIMEOUT):
    """
    Take steps until a stream reports one by a live update.

    A single step may be reported by the next heartbeat only: while Redis, or a subscriber to it, is slow to answer, the
    shop drops live updates. That is intended.

    :param is_reported_live: called after each step; waits, and returns whether the stream reported it by a live update
    """

    def step_is_reported_live():
        next(steps)
        return is_reported_live()

    until(step_is_reported_live, seconds=seconds)
