"""
Figures of the reports. `orders.reports.figures` says what they are.

Each takes `at`, the present moment: the business day of `at`, and those whose rollups are not built or are dirty, are
read from the source, and all other days from the rollups.
"""

from orders.reports.selectors.bookkeeping import bookkeeping, cancellations, coupons, taxes
from orders.reports.selectors.kitchen import kitchen, kitchen_by_hour
from orders.reports.selectors.people import drivers, staff, top_customers
from orders.reports.selectors.sales import (
    overview,
    overview_of_day_until,
    peak_hours,
    pizzas,
    simple_items,
    sizes,
    statuses,
    time_series,
    toppings,
)

__all__ = [
    "bookkeeping",
    "cancellations",
    "coupons",
    "drivers",
    "kitchen",
    "kitchen_by_hour",
    "overview",
    "overview_of_day_until",
    "peak_hours",
    "pizzas",
    "simple_items",
    "sizes",
    "staff",
    "statuses",
    "taxes",
    "time_series",
    "top_customers",
    "toppings",
]
