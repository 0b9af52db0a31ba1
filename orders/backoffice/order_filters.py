"""Filters of the list of orders: the business day and the status."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.models import OPEN_STATUSES, Order, OrderStatus
from pizzeria.foundation import clock


class DayFilter(admin.SimpleListFilter):
    """The business day: today, yesterday, the last seven days, or any date, which is typed."""

    title = gettext_lazy("day")
    parameter_name = "day"
    template = "admin/orders/order/day_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", gettext_lazy("Today")),
            ("yesterday", gettext_lazy("Yesterday")),
            ("week", gettext_lazy("Last 7 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """
        Filter the orders of the day.

        :raises IncorrectLookupParameters: it is no date
        """
        today = clock.business_date(clock.now())
        match self.value():
            case None | "":
                return queryset
            case "today":
                return queryset.filter(business_date=today)
            case "yesterday":
                return queryset.filter(business_date=today - timedelta(days=1))
            case "week":
                return queryset.filter(business_date__range=(today - timedelta(days=6), today))
        return queryset.filter(business_date=self.date)

    @property
    def date(self) -> date:
        """
        Return the date that is typed.

        :raises IncorrectLookupParameters: it is none
        """
        try:
            return date.fromisoformat(self.value() or "")
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Return the links, and last what the form of a date shows and sends along."""
        yield from super().choices(changelist)
        others = {name: values for name, values in changelist.filter_params.items() if name != self.parameter_name}
        is_date = self.value() not in (None, "", "today", "yesterday", "week")
        yield {
            "is_form": True,
            "parameter": self.parameter_name,
            "date": self.value() if is_date else "",
            "others": [(name, value) for name, values in others.items() for value in values],
        }


class StatusFilter(admin.SimpleListFilter):
    """The status: one, or all that are open."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("open")), *OrderStatus.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """
        Filter the orders of the status.

        :raises IncorrectLookupParameters: there is no such status
        """
        value = self.value()
        if not value:
            return queryset
        if value == "open":  # the condition of the index order_open
            return queryset.filter(status__in=OPEN_STATUSES)
        if value not in OrderStatus.values:
            raise IncorrectLookupParameters
        return queryset.filter(status=value)
