"""What staff and drivers did, and what customers ordered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from orders.customers.models import Customer
from orders.reports.figures import CustomerFigures, DriverFigures, Durations, StaffFigures
from orders.reports.models import BreakdownKind, CustomerDay, DayBreakdown, DurationCount, DurationMeasure
from orders.reports.periods import Period
from orders.reports.selectors.rollups import read
from pizzeria.foundation.money import ZERO
from pizzeria.foundation.shop.selectors import current_shop

VIP_DAYS = 365

type CountAndAmount = tuple[int, Decimal]

_NOTHING: CountAndAmount = (0, ZERO)


def staff(period: Period, *, at: datetime) -> list[StaffFigures]:
    """Return what each member of the staff did, by name."""
    kinds = [BreakdownKind.STAFF_COOKED, BreakdownKind.STAFF_DELIVERED, BreakdownKind.STAFF_SALES]
    found = _by_user(kinds, period, at=at)
    names = _names_of(found)
    figures = [
        StaffFigures(
            user_id=user_id,
            name=names[user_id],
            cooked=did[BreakdownKind.STAFF_COOKED][0],
            cooking_minutes=int(did[BreakdownKind.STAFF_COOKED][1]),
            delivered=did[BreakdownKind.STAFF_DELIVERED][0],
            sales=did[BreakdownKind.STAFF_SALES][1],
        )
        for user_id, did in found.items()
    ]
    return sorted(figures, key=lambda each: (each.name, each.user_id))


def drivers(period: Period, *, at: datetime) -> list[DriverFigures]:
    """Return what each driver did, by name."""
    kinds = [
        BreakdownKind.DRIVER_DELIVERED,
        BreakdownKind.DRIVER_FAILED,
        BreakdownKind.DRIVER_PROMISES,
        BreakdownKind.DRIVER_KEPT,
    ]
    found = _by_user(kinds, period, at=at)
    names = _names_of(found)
    rows = read(
        DurationCount,
        "SELECT bucket, minutes, sum(count) FROM figures WHERE measure = %(measure)s GROUP BY 1, 2",
        period=period,
        at=at,
        values={"measure": DurationMeasure.DRIVER.value},
    )
    histograms: dict[int, dict[int, int]] = defaultdict(dict)
    for user_id, minutes, times in rows:
        histograms[user_id][minutes] = times
    figures = [
        DriverFigures(
            user_id=user_id,
            name=names[user_id],
            delivered=did[BreakdownKind.DRIVER_DELIVERED][0],
            failed=did[BreakdownKind.DRIVER_FAILED][0],
            minutes=Durations.of(histograms[user_id]),
            cash=did[BreakdownKind.DRIVER_DELIVERED][1],
            promises=did[BreakdownKind.DRIVER_PROMISES][0],
            promises_kept=did[BreakdownKind.DRIVER_KEPT][0],
        )
        for user_id, did in found.items()
    ]
    return sorted(figures, key=lambda each: (each.name, each.user_id))


def _by_user(
    kinds: Iterable[BreakdownKind], period: Period, *, at: datetime
) -> dict[int, dict[BreakdownKind, CountAndAmount]]:
    """Return the sums of each user and kind; those of a kind without any are zero."""
    rows = read(
        DayBreakdown,
        "SELECT key, kind, sum(count), sum(amount) FROM figures GROUP BY 1, 2 ORDER BY 1, 2",
        period=period,
        at=at,
        kinds=kinds,
    )
    found: dict[int, dict[BreakdownKind, CountAndAmount]] = defaultdict(lambda: defaultdict(lambda: _NOTHING))
    for user_id, kind, count, amount in rows:
        found[int(user_id)][BreakdownKind(kind)] = (count, amount)
    return found


def _names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return the name of each user; of one without a name, the id."""
    users = get_user_model().objects.in_bulk(list(user_ids))
    names = {user_id: user.get_full_name() for user_id, user in users.items()}
    return {user_id: names.get(user_id) or _("User %(id)d") % {"id": user_id} for user_id in user_ids}


def top_customers(period: Period, *, limit: int = 50, at: datetime) -> list[CustomerFigures]:
    """Return the customers with the highest sales, and whether they are VIPs."""
    rows = read(
        CustomerDay,
        """
            SELECT customer_id, sum(orders), sum(sales), max(business_date)
            FROM figures GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT %(limit)s
        """,
        period=period,
        at=at,
        values={"limit": limit},
    )
    customers = [customer_id for customer_id, *_sums in rows]
    year = Period(period.last - timedelta(days=VIP_DAYS - 1), period.last)
    vips = read(
        CustomerDay,
        """
            SELECT customer_id FROM figures WHERE customer_id = ANY (%(customers)s::bigint[])
            GROUP BY 1 HAVING sum(orders) >= %(vip_orders)s
        """,
        period=year,
        at=at,
        values={"customers": customers, "vip_orders": current_shop().vip_orders},
    )
    are_vips = {customer_id for (customer_id,) in vips}
    names = dict(Customer.objects.filter(pk__in=customers).order_by("pk").values_list("pk", "name"))
    return [
        CustomerFigures(customer_id, names[customer_id], orders, sales, last_ordered, customer_id in are_vips)
        for customer_id, orders, sales, last_ordered in rows
    ]
