"""Short ways to print in tests."""

from datetime import timedelta

from kitchen.printing import services as printing_services
from kitchen.printing.models import PrintJob, PrintState
from kitchen.printing.services.attempts import LEASE
from tests.shop import FRIDAY_NIGHT


def print_next(kitchen, at=FRIDAY_NIGHT):
    """Print the next job of a kitchen, as a worker does; return whether there was one."""
    return printing_services.print_next_job(kitchen_id=kitchen.pk, at=at)


def only_job():
    """Return the one job that there is."""
    return PrintJob.objects.select_related("ticket").get()


def print_until_given_up(kitchen, at=FRIDAY_NIGHT):
    """Try to print the one job as often as a worker does; return the moments at which it was due."""
    moments = []
    while only_job().state != PrintState.GIVEN_UP:
        moments.append(only_job().due_at)
        assert print_next(kitchen, at=moments[-1]), "no attempt although it was due"
        assert len(moments) < 50, "it is tried without end"
    return moments


def after_lease(at=FRIDAY_NIGHT):
    """Return a moment at which a lease that began at a moment has ended."""
    return at + LEASE + timedelta(seconds=1)
