"""Learning how many minutes a pizza takes. What it really took, a caller knows who knows the orders."""

from datetime import datetime

from menu.cooking_minutes import newly_learned
from menu.events import LearnedMinutesCleared, MinutesLearned
from menu.models import Pizza
from menu.services.editing import lock_item, refuse_unless_may
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record


@command
def learn_minutes(*, pizza: Pizza, measured: float, orders: int, by: Actor, at: datetime) -> Pizza:
    """
    Learn the minutes of a pizza from what it took. Nothing happens if there is nothing new (`newly_learned`).

    :param measured: the median of the minutes that it took
    :param orders: how many of the last weeks were measured
    """
    refuse_unless_may("change", pizza, by)
    pizza = lock_item(pizza)
    minutes = newly_learned(measured, orders=orders, planned=pizza.minutes, learned=pizza.learned_minutes)
    if minutes is not None:
        record(pizza, MinutesLearned(minutes=minutes, orders=orders, planned=pizza.minutes), by=by, at=at)
    return pizza


@command
def clear_learned_minutes(*, pizza: Pizza, by: Actor, at: datetime) -> Pizza:
    """Compute promises with the planned minutes of a pizza again. Nothing happens if nothing was learned."""
    refuse_unless_may("change", pizza, by)
    pizza = lock_item(pizza)
    if pizza.learned_minutes is not None:
        record(pizza, LearnedMinutesCleared(), by=by, at=at)
    return pizza
