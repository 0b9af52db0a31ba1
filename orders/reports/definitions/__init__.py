"""
The definition of each rollup: the SQL that computes its rows from the source, for some business days.

A rollup is filled with the result, and a report reads the same for the days that no rollup holds, so that no rule is
written twice. `orders.reports.figures` says what the figures are. What is not obvious:

- Everything about an order counts in its own business day, also what happened to it later, but not its payments: a
  capture counts in the business day of its own moment, and so does a refund.
- An order's times are those of the steps that stand: one that was undone or recalled has left none. The event of such
  a step is the last of its type.
- Whether a promise was kept is known once a pickup is ready, or a delivery is handed over.
- An hour of the wall clock is named by the moment in which it began. Where the clock changes within an hour, as on the
  Chatham Islands, what comes after the change belongs to that hour, too.
- A second charge is the guest's money: it is no capture, and giving it back is no refund.
- Cash that was taken before payments had rows is a capture at the handover.

The boundaries of the business days come from `clock`, so that they are right in the nights when the clocks change, and
at whatever hour a day ends.
"""

from orders.reports.definitions.monthly import MONTHLY_SUMS, month_columns, month_definition
from orders.reports.definitions.rollups import columns_of, definition_of
from orders.reports.definitions.source import SOURCE, Parameters, parameters

__all__ = [
    "MONTHLY_SUMS",
    "SOURCE",
    "Parameters",
    "columns_of",
    "definition_of",
    "month_columns",
    "month_definition",
    "parameters",
]
