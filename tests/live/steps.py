"""Steps of an order, for a stream to tell of."""

from kitchen import services as kitchen_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.waiting import LIMIT, until


def steps_of(order):
    """Take a waiting order into the oven, out of it and back into it, time and again: a step whenever one is asked."""
    at = clock.now()
    yield kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=at)
    while True:
        yield kitchen_services.finish_ticket(ref=order.ref, by=SYSTEM, at=at)
        yield kitchen_services.recall_ticket(ref=order.ref, by=SYSTEM, at=at)


def until_told(steps, is_told, *, seconds=LIMIT):
    """
    Take steps until a stream tells of one when it is taken.

    A single one may be told of by the next beat alone: while Redis, or whoever reads it, takes long to answer, the
    shop forgets to tell. That is meant to be so.

    :param is_told: called after each step; waits, and returns whether the stream told of it
    """

    def step_is_told():
        next(steps)
        return is_told()

    until(step_is_told, seconds=seconds)
