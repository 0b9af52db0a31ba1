"""Commands of the reports: they keep the rollups as the source is."""

from orders.reports.services.comparison import ROLLUP_DIFFERS, compare_rollups, differences
from orders.reports.services.dirty_days import mark_days, mark_days_of_order
from orders.reports.services.rebuilding import lock_day, rebuild_day

__all__ = [
    "ROLLUP_DIFFERS",
    "compare_rollups",
    "differences",
    "lock_day",
    "mark_days",
    "mark_days_of_order",
    "rebuild_day",
]
