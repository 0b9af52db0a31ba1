"""The definitions of the sums over months."""

from dataclasses import dataclass

from orders.reports.models import CustomerDay, CustomerMonth, DurationCount, DurationMonth, Rollup


@dataclass(frozen=True, slots=True)
class MonthlySums:
    """
    The sums of a rollup's days over each month, because a year has too many rows of days.

    :ivar table: the model of the sums; its columns are the rollup's, and `month`
    """

    table: type[Rollup]
    keys: tuple[str, ...]
    sums: tuple[str, ...]


MONTHLY_SUMS: dict[type[Rollup], MonthlySums] = {
    DurationCount: MonthlySums(DurationMonth, keys=("measure", "bucket", "minutes"), sums=("count",)),
    CustomerDay: MonthlySums(CustomerMonth, keys=("customer_id",), sums=("orders", "sales")),
}


def month_columns(monthly: MonthlySums) -> str:
    return ", ".join(("month", "business_date", *monthly.keys, *monthly.sums))


def month_definition(rollup: type[Rollup]) -> str:
    """Return the query that computes a rollup's sums of the month that begins on the day `month`."""
    monthly = MONTHLY_SUMS[rollup]
    keys, sums = ", ".join(monthly.keys), ", ".join(f"sum({column}) AS {column}" for column in monthly.sums)
    return f"""
        SELECT %(month)s::date AS month, max(business_date) AS business_date, {keys}, {sums}
        FROM {rollup._meta.db_table}
        WHERE business_date >= %(month)s::date AND business_date < %(month)s::date + interval '1 month'
        GROUP BY {keys}
    """
