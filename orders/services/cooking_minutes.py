"""Learning how many minutes the pizzas take, from the orders of the last weeks."""

from datetime import datetime

from kitchen.selectors import the_kitchen
from menu import services as menu_services
from menu.models import Pizza
from orders.selectors.cooking_minutes import measured_minutes
from pizzeria.foundation.actor import Actor


def learn_cooking_minutes(*, by: Actor, at: datetime) -> list[Pizza]:
    """
    Learn the minutes of every pizza, each by a command of its own; return the pizzas whose minutes changed.

    A kitchen that does not use learned minutes has none: those that were learned before are cleared.
    """
    kitchen = the_kitchen()
    if not kitchen.uses_learned_minutes:
        outdated = Pizza.objects.exclude(learned_minutes=None).order_by("pk")
        return [menu_services.clear_learned_minutes(pizza=pizza, by=by, at=at) for pizza in outdated]
    measured = {each.slug: each for each in measured_minutes(kitchen, at=at)}
    pizzas = Pizza.objects.on_the_menu().filter(slug__in=measured).order_by("pk")
    learned = [
        menu_services.learn_minutes(
            pizza=pizza, measured=measured[pizza.slug].minutes, orders=measured[pizza.slug].orders, by=by, at=at
        )
        for pizza in pizzas
    ]
    return [pizza for pizza in learned if pizza.learned_at == at]
