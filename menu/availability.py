"""Whether something is to be had: one rule for rows and for pictures of them."""

from datetime import datetime


def is_on(off_since: datetime | None, off_until: datetime | None, at: datetime) -> bool:
    """Tell whether something can be ordered: it was never taken off, or the time it was taken off for is over."""
    return off_since is None or (off_until is not None and off_until <= at)
