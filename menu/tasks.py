from celery import shared_task

from menu import services
from pizzeria.foundation import clock


@shared_task
def fold_scheduled_prices() -> None:
    """Write the scheduled prices that are in force into the items' rows, each minute. No price depends on it."""
    at = clock.now()
    for item in services.items_with_due_prices(at=at):
        services.fold_prices(item=item, at=at)
