"""
Failpoints: named places in the code where a test makes the program wait, fail or terminate.

Each is a no-op unless armed in the same process; code outside the process cannot arm one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_armed: dict[str, Callable[[], object]] = {}
_reached: set[str] = set()


def reach(name: str) -> None:
    """Run the action with which a test has armed a failpoint, if any."""
    if _armed and (action := _armed.get(name)):
        _reached.add(name)
        action()


@contextmanager
def armed(name: str, action: Callable[[], object]) -> Iterator[None]:
    """
    Arm a failpoint while the block runs: `with armed("orders.place_order.before_kitchen", barrier.wait): …`.

    :raises LookupError: the block ended without reaching the failpoint: a misspelt name would prove nothing
    """
    _armed[name] = action
    _reached.discard(name)
    try:
        yield
    finally:
        del _armed[name]
    if name not in _reached:
        raise LookupError(f"nobody reached the failpoint {name!r}")
