"""Commands of the reports: they keep the rollups as the source is."""

from orders.reports.services.comparison import ROLLUP_DIFFERS, compare_rollups, differences
from orders.reports.services.dirty_days import mark_days, mark_days_of_orders
from orders.reports.services.rebuilding import DAYS_NOT_BUILT, lock_day, rebuild_day, rebuild_days, report_failed_days

__all__ = [
    "DAYS_NOT_BUILT",
    "ROLLUP_DIFFERS",
    "compare_rollups",
    "differences",
    "lock_day",
    "mark_days",
    "mark_days_of_orders",
    "rebuild_day",
    "rebuild_days",
    "report_failed_days",
]
