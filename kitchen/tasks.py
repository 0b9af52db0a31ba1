from celery import shared_task

from kitchen import services
from kitchen.models import Kitchen
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM


@shared_task
def recalculate_promises() -> None:
    """Compare every promise with the clock, each minute: a promise is also missed when no cook does anything."""
    for kitchen in Kitchen.objects.order_by("pk"):
        services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=clock.now())
