"""The sizes, without which no pizza can be priced."""

from datetime import datetime
from decimal import Decimal

from menu.events import SizeFactorChanged
from menu.models import Size
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record

SIZES = (("small", "Small", "1.00"), ("medium", "Medium", "1.30"), ("large", "Large", "1.60"))


@command
def set_up_sizes(*, by: Actor, at: datetime) -> bool:
    """Create the sizes, without which no pizza can be priced; return whether there were none."""
    if Size.objects.exists():
        return False
    for position, (slug, name, factor) in enumerate(SIZES):
        # Get or create by slug, because two machines may deploy at once.
        defaults = {"name": name, "factor": Decimal(factor), "position": position}
        size, is_new = Size.objects.get_or_create(slug=slug, defaults=defaults)
        if is_new:
            record_factor_change(size, before=None, by=by, at=at)
    return True


def record_factor_change(size: Size, *, before: Size | None, by: Actor, at: datetime) -> None:
    """Record a size's new price factor; the caller has locked the size. Nothing is recorded if it is unchanged."""
    if before is None or before.factor != size.factor:
        record(size, SizeFactorChanged(before=before.factor if before else None, after=size.factor), by=by, at=at)
