"""
The reports, in the order of their navigation.

A new report is a `Report` in a module of this package, and a name in this list: its page, its exports and its place in
the navigation follow from it.
"""

from orders.reports.registry.guests import CANCELLATIONS, COUPONS, CUSTOMERS
from orders.reports.registry.money import BOOKKEEPING
from orders.reports.registry.report import Report
from orders.reports.registry.sales import OVERVIEW, PEAK_HOURS, PRODUCTS, SERIES, STATUSES
from orders.reports.registry.work import DRIVERS, KITCHEN, STAFF

REPORTS = (
    OVERVIEW,
    SERIES,
    PRODUCTS,
    PEAK_HOURS,
    KITCHEN,
    STAFF,
    DRIVERS,
    CUSTOMERS,
    COUPONS,
    CANCELLATIONS,
    STATUSES,
    BOOKKEEPING,
)

__all__ = ["REPORTS", "Report"]
