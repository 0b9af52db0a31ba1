from celery import shared_task

from orders import services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM


@shared_task
def learn_cooking_minutes() -> None:
    """Learn the minutes of the pizzas from the orders of the last weeks; scheduled once a night."""
    services.learn_cooking_minutes(by=SYSTEM, at=clock.now())


@shared_task
def check_prices() -> None:
    """Recompute the prices of the orders since the last run; scheduled once a night."""
    services.check_prices(by=SYSTEM, at=clock.now())
