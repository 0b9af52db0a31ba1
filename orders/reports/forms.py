"""The forms of the reports: the period by two dates or by a preset, and the choices of a time series."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.reports.periods import Grain, Period
from orders.reports.query import ReportQuery, SeriesMeasure
from pizzeria.foundation.forms import ShopForm

MAX_DAYS = 3653  # ten years
MAX_DAYS_BY_HOUR = 31
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)

DEFAULT_PRESET = "last_7_days"
WEEKDAYS = {
    "last_monday": gettext_lazy("Mon"),
    "last_tuesday": gettext_lazy("Tue"),
    "last_wednesday": gettext_lazy("Wed"),
    "last_thursday": gettext_lazy("Thu"),
    "last_friday": gettext_lazy("Fri"),
    "last_saturday": gettext_lazy("Sat"),
    "last_sunday": gettext_lazy("Sun"),
}
PRESETS = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "last_7_days": gettext_lazy("Last 7 days"),
    "last_28_days": gettext_lazy("Last 28 days"),
    "this_week": gettext_lazy("This week"),
    "last_week": gettext_lazy("Last week"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_year": gettext_lazy("This year"),
    "last_12_months": gettext_lazy("Last 12 months"),
}


def preset_period(preset: str, *, today: date) -> Period:
    """
    Return the period of a preset. Periods that have begun end today.

    :param today: the present business day
    :raises KeyError: no such preset
    """
    if preset in WEEKDAYS:
        days_ago = (today.weekday() - list(WEEKDAYS).index(preset) - 1) % 7 + 1  # 1 to 7: today is never "last"
        day = today - timedelta(days=days_ago)
        return Period(day, day)
    return _PERIODS[preset](today)


def _last_days(count: int) -> Callable[[date], Period]:
    return lambda today: Period(today - timedelta(days=count - 1), today)


def _yesterday(today: date) -> Period:
    return Period(today - timedelta(days=1), today - timedelta(days=1))


def _this_week(today: date) -> Period:
    return Period(today - timedelta(days=today.weekday()), today)


def _last_week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday() + 7)
    return Period(monday, monday + timedelta(days=6))


def _this_month(today: date) -> Period:
    return Period(today.replace(day=1), today)


def _last_month(today: date) -> Period:
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _this_year(today: date) -> Period:
    return Period(today.replace(month=1, day=1), today)


def _last_12_months(today: date) -> Period:
    """Return the twelve months that end today: to 29 November belongs 30 November of the year before."""
    tomorrow = today + timedelta(days=1)
    is_leap_day = (tomorrow.month, tomorrow.day) == (2, 29)
    return Period(tomorrow.replace(year=tomorrow.year - 1, day=28 if is_leap_day else tomorrow.day), today)


_PERIODS: dict[str, Callable[[date], Period]] = {
    "today": _last_days(1),
    "yesterday": _yesterday,
    "last_7_days": _last_days(7),
    "last_28_days": _last_days(28),
    "this_week": _this_week,
    "last_week": _last_week,
    "this_month": _this_month,
    "last_month": _last_month,
    "this_year": _this_year,
    "last_12_months": _last_12_months,
}


class BusinessDayField(forms.DateField):
    """Field for a business day."""

    def __init__(self, *, label: StrOrPromise, required_message: StrOrPromise) -> None:
        super().__init__(
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={
                "required": required_message,
                "invalid": gettext_lazy("That is not a date. Please write it as 2026-11-20."),
            },
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not FIRST_DATE <= value <= LAST_DATE:
            raise forms.ValidationError(_("A date from 2000 to 2099, please."), code="out_of_range")


class PeriodForm(ShopForm):
    """Form of a report: the first and the last day, or a preset; without either, the last seven days."""

    first = BusinessDayField(label=gettext_lazy("From"), required_message=gettext_lazy("Please choose the first day."))
    last = BusinessDayField(label=gettext_lazy("To"), required_message=gettext_lazy("Please choose the last day."))
    score = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, today: date) -> None:
        chosen = data.copy()
        self.preset = ""
        self.unknown_preset = False
        if "first" not in data and "last" not in data:
            self.preset = data.get("period") or DEFAULT_PRESET
            self.unknown_preset = self.preset not in PRESETS | WEEKDAYS
            if not self.unknown_preset:
                period = preset_period(self.preset, today=today)
                chosen.update({"first": period.first.isoformat(), "last": period.last.isoformat()})
        super().__init__(chosen)
        for name in ("first", "last"):
            if name in self.errors:
                self.fields[name].widget.input_type = "text"  # a date input would not show what is no date

    def clean(self) -> dict[str, Any]:
        if self.unknown_preset:
            self.errors.clear()
            self.add_error(None, _("There is no such period. Please choose one of these, or two dates."))
        elif not self.errors:
            self._check_length(self.cleaned_data["first"], self.cleaned_data["last"])
        return self.cleaned_data

    def _check_length(self, first: date, last: date) -> None:
        if last < first:
            self.add_error("last", _("The last day is before the first one."))
        elif (last - first).days >= MAX_DAYS:
            self.add_error("last", _("Ten years at most, please."))

    @property
    def period_parameters(self) -> dict[str, str]:
        """Return what an address needs to show the same period; nothing if the form is invalid."""
        if not self.is_valid():
            return {}
        if self.preset:
            return {"period": self.preset}
        return {name: self.cleaned_data[name].isoformat() for name in ("first", "last")}

    @property
    def parameters(self) -> dict[str, str]:
        """Return what an address needs to show the same report, with the choices that this form has."""
        score = {"score": "on"} if self.is_valid() and self.cleaned_data["score"] else {}
        return {**self.period_parameters, **score}

    def query(self, *, at: datetime) -> ReportQuery:
        """Return what a valid form asks for."""
        period = Period(self.cleaned_data["first"], self.cleaned_data["last"])
        return ReportQuery(period, at, grain=default_grain(period), shows_score=self.cleaned_data["score"])


class SeriesForm(PeriodForm):
    """Form of the time series."""

    grain = forms.ChoiceField(
        label=gettext_lazy("By"),
        required=False,
        choices=[
            ("", gettext_lazy("what fits")),
            (Grain.HOUR, gettext_lazy("hour")),
            (Grain.DAY, gettext_lazy("day")),
            (Grain.WEEK, gettext_lazy("week")),
            (Grain.MONTH, gettext_lazy("month")),
        ],
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("Chart of"),
        required=False,
        choices=[
            (SeriesMeasure.SALES, gettext_lazy("sales")),
            (SeriesMeasure.REVENUE, gettext_lazy("revenue")),
            (SeriesMeasure.ORDERS, gettext_lazy("orders")),
        ],
    )

    def _check_length(self, first: date, last: date) -> None:
        super()._check_length(first, last)
        if self.cleaned_data.get("grain") == Grain.HOUR and (last - first).days >= MAX_DAYS_BY_HOUR:
            message = _("By the hour: %(days)s days at most, please.") % {"days": MAX_DAYS_BY_HOUR}
            self.add_error("grain", message)

    @property
    def parameters(self) -> dict[str, str]:
        chosen = self.cleaned_data if self.is_valid() else {}
        choices = {name: chosen[name] for name in ("grain", "measure") if chosen.get(name)}
        return {**super().parameters, **choices}

    def query(self, *, at: datetime) -> ReportQuery:
        query = super().query(at=at)
        grain, measure = self.cleaned_data["grain"], self.cleaned_data["measure"]
        return ReportQuery(
            query.period,
            at,
            grain=Grain(grain) if grain else query.grain,
            measure=SeriesMeasure(measure or SeriesMeasure.SALES),
        )


def default_grain(period: Period) -> Grain:
    """Return the grain by which a period's chart is legible at a glance."""
    for most, grain in ((2, Grain.HOUR), (62, Grain.DAY), (366, Grain.WEEK)):
        if period.days <= most:
            return grain
    return Grain.MONTH
