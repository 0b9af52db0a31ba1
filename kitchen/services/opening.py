from kitchen.models import Kitchen
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command


@command
def set_up_kitchen(*, name: str, by: Actor) -> bool:
    """Make the kitchen that the shop cannot open without; tell whether there was none."""
    if Kitchen.objects.exists():
        return False
    Kitchen.objects.create(name=name)
    return True
