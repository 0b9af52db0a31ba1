from datetime import datetime

from kitchen.models import Kitchen
from kitchen.services.line import announce_promises, lock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command


@command
def requote(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """Say what can be promised by now, for the desk to promise anew what has slipped; the line stays as it is."""
    announce_promises(lock(kitchen.pk), at=at)
