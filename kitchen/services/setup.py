from kitchen.models import Kitchen
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command

DEFAULT_SLUG = "main"
MAX_SLOT_PIZZAS = 12  # of orders for later in a quarter of an hour: what five oven slots bake beside other orders


@command
def set_up_kitchen(*, name: str, by: Actor) -> bool:
    """Create the kitchen, without which the shop cannot open; return whether there was none."""
    if Kitchen.objects.exists():
        return False
    # Get or create by slug, because two machines may deploy at once.
    defaults = {"name": name, "max_slot_pizzas": MAX_SLOT_PIZZAS}
    return Kitchen.objects.get_or_create(slug=DEFAULT_SLUG, defaults=defaults)[1]
