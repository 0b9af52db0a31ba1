"""Comparing every figure of the reports with the slow ones."""

from orders.reports import selectors
from orders.reports.periods import Grain
from pizzeria.foundation.shop.selectors import current_shop
from tests.orders.reports.slow_figures import SlowFigures

SLOW_NAMES = [
    "overview", "peak_hours", "statuses", "pizzas", "simple_items", "sizes", "toppings", "kitchen", "kitchen_by_hour",
    "staff", "drivers", "coupons", "cancellations", "bookkeeping", "taxes",
]  # fmt: skip


def figures(period, *, at, grains):
    found = {name: getattr(selectors, name)(period, at=at) for name in SLOW_NAMES}
    found |= {f"series by {grain}": selectors.time_series(period, grain=grain, at=at) for grain in grains}
    return found | {"top customers": selectors.top_customers(period, at=at)}


def slow_figures(period, *, grains):
    slow = SlowFigures(period)
    found = {name: getattr(slow, name)() for name in SLOW_NAMES}
    found |= {f"series by {grain}": slow.time_series(grain) for grain in grains}
    return found | {"top customers": slow.top_customers(vip_orders=current_shop().vip_orders)}


def assert_right(period, *, at, grains=tuple(Grain)):
    found = figures(period, at=at, grains=grains)
    for name, value in slow_figures(period, grains=grains).items():
        assert found[name] == value, name
