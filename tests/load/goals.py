"""The goals, and whether a result meets them. They are printed, and never asserted: a machine can be slow."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.load.result import Result

KILOBYTES = 150
RATIOS = {"admin": 1.5}
RATIO = 1.2  # of all other readers


@dataclass(frozen=True, slots=True)
class Goal:
    """
    A goal, and what was measured.

    :ivar text: with the bound, such as "menu page, requests/s at c = 8: at least 900"
    """

    text: str
    measured: str
    is_met: bool

    def __str__(self) -> str:
        return f"{self.text}: {self.measured}, {'met' if self.is_met else 'missed'}"


def goals(result: Result) -> Iterator[Goal]:
    """Yield the goals for which the result has figures."""
    found = {(each.name, each.clients): each for each in result.measurements if not each.is_everything_on}
    empty, menu, pizza = (found.get((name, 8)) for name in ("empty view", "menu", "pizza page"))
    if menu:
        yield _at_least("menu, requests/s at c = 8", menu.load.rate, 900)
    if menu and empty:
        yield _at_least("menu, share of the empty view's requests/s at c = 8", menu.load.rate / empty.load.rate, 0.5)
    if pizza:
        yield _at_least("pizza page, requests/s at c = 8", pizza.load.rate, 600)
    if flow := found.get(("whole flow", 8)):
        yield _at_least("whole flow, flows/s at c = 8", flow.load.rate, 35)
        yield _at_most("worker CPU per order without a channel, ms", flow.cpu["worker"], 6)
    if ordered := found.get(("POST /api/orders", 4)):
        yield _at_least("POST /api/orders, requests/s at c = 4", ordered.load.rate, 60)
        yield _at_most("POST /api/orders, p50 at c = 4, ms", ordered.load.p50, 40)
        if by_hand := found.get(("the same by hand", 4)):
            times = by_hand.load.rate / ordered.load.rate
            yield _at_most("POST /api/orders, times as long as by hand at c = 4", times, 2.5)
    if board := found.get(("board, 200 tickets", 1)):
        yield _at_most("board, 200 tickets, p50 at c = 1, ms", board.load.p50, 60)
    if result.first_visit_bytes is not None:
        yield _at_most("menu, first visit with pictures, kB", result.first_visit_bytes / 1000, KILOBYTES)
    for page, score in result.lighthouse.items():
        yield _at_least(f"{page}, performance by Lighthouse for a phone", score, 100)
    for each in result.growth:
        bound = RATIOS.get(each.reader, RATIO)
        sizes = f"{max(each.p50):,} orders to {min(each.p50):,}"
        yield _at_most(f"{each.reader}: {each.page}, {sizes}, ratio of p50", each.ratio, bound)


def _at_least(text: str, measured: float, bound: float) -> Goal:
    return Goal(f"{text}: at least {bound:g}", _number(measured), measured >= bound)


def _at_most(text: str, measured: float, bound: float) -> Goal:
    return Goal(f"{text}: at most {bound:g}", _number(measured), measured <= bound)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
