"""The forms of the reports: the period by two dates or by a preset, and the choices of a time series."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.reports.periods import Grain, Period
from orders.reports.presets import DEFAULT_PRESET, PRESETS, WEEKDAYS, compared_period, preset_period
from orders.reports.query import ReportQuery, SeriesMeasure
from pizzeria.foundation.forms import ShopForm

MAX_DAYS = 3653  # ten years
MAX_DAYS_BY_HOUR = 31
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)


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
        return ReportQuery(
            period,
            at,
            grain=default_grain(period),
            shows_score=self.cleaned_data["score"] and period.days == 1,  # all have the highest score of several days
            compared_with=compared_period(period, preset=self.preset),
        )


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
        return replace(
            query,
            grain=Grain(grain) if grain else query.grain,
            measure=SeriesMeasure(measure or SeriesMeasure.SALES),
        )


def default_grain(period: Period) -> Grain:
    """Return the grain by which a period's chart is legible at a glance."""
    for most, grain in ((2, Grain.HOUR), (62, Grain.DAY), (366, Grain.WEEK)):
        if period.days <= most:
            return grain
    return Grain.MONTH
