"""The question of a manager: which evening, and what would have been different."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.reports.what_if import services
from orders.reports.what_if.scenarios import Scenario
from orders.reports.what_if.selectors import Evening
from pizzeria.foundation import clock
from pizzeria.foundation.forms import ShopForm

MAX_NUMBER = 1000

#: Changes by one that managers ask for most: a field's name, its label, and what is added to which setting.
STEPS = {
    "more_slots": (gettext_lazy("One more oven slot"), "oven_slots", 1),
    "fewer_slots": (gettext_lazy("One oven slot fewer"), "oven_slots", -1),
    "more_cooks": (gettext_lazy("One more cook"), "cooks", 1),
    "fewer_cooks": (gettext_lazy("One cook fewer"), "cooks", -1),
}
OWN_SETTINGS = ("oven_slots", "cooks", "max_concurrent_orders", "max_open_pizzas")


def _number_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_NUMBER)


class WhatIfForm(ShopForm):
    """The form of a run. Without a box or a number there is nothing to compare."""

    business_date = forms.DateField(
        label=gettext_lazy("Which evening?"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("That is not a day. Please write it like 2026-11-27.")},
    )
    more_slots = forms.BooleanField(label=STEPS["more_slots"][0], label_suffix="", required=False)
    fewer_slots = forms.BooleanField(label=STEPS["fewer_slots"][0], label_suffix="", required=False)
    more_cooks = forms.BooleanField(label=STEPS["more_cooks"][0], label_suffix="", required=False)
    fewer_cooks = forms.BooleanField(label=STEPS["fewer_cooks"][0], label_suffix="", required=False)
    oven_slots = _number_field(gettext_lazy("Oven slots"))
    cooks = _number_field(gettext_lazy("Cooks"))
    max_concurrent_orders = _number_field(gettext_lazy("Open orders at most"))
    max_open_pizzas = _number_field(gettext_lazy("Open pizzas at most"))

    def __init__(self, data: QueryDict | None, *, at: datetime) -> None:
        super().__init__(data, initial={"business_date": clock.business_date(at) - timedelta(days=1)})
        self._at = at

    def clean_business_date(self) -> date:
        day: date = self.cleaned_data["business_date"]
        try:  # before its orders are read
            services.refuse_unless_over(day, at=self._at)
        except services.EveningNotOver as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return day

    def clean(self) -> dict[str, Any]:
        if not self.errors and not any(self.cleaned_data.get(name) for name in (*STEPS, *OWN_SETTINGS)):
            self.add_error(None, _("Please choose at least one thing that would have been different."))
        return self.cleaned_data

    @property
    def steps(self) -> list[forms.BoundField]:
        """Return the boxes of the changes by one."""
        return [self[name] for name in STEPS]

    @property
    def numbers(self) -> list[forms.BoundField]:
        """Return the fields of a manager's own numbers."""
        return [self[name] for name in OWN_SETTINGS]

    def refuse_less_than_one(self, evening: Evening) -> None:
        """Add an error for each change that would leave no oven slot or no cook on an evening."""
        for name, (_label, setting, step) in STEPS.items():
            if self.cleaned_data.get(name) and getattr(evening, setting) + step < 1:
                self.add_error(name, _("There was only one."))

    def scenarios(self, evening: Evening) -> list[Scenario]:
        """Return the scenarios of a valid form, for an evening: what happened, the same simulated, and each change."""
        real = _scenario(evening, name=_("What happened"), kind="real")
        found = [real, _scenario(evening, name=_("Simulated as it was"), kind="as_it_was")]
        for name, (label, setting, step) in STEPS.items():
            if self.cleaned_data[name]:
                changed = {setting: getattr(real, setting) + step}
                found.append(_scenario(evening, name=str(label), kind="changed", **changed))
        own = {name: self.cleaned_data[name] for name in OWN_SETTINGS if self.cleaned_data[name]}
        if own:
            found.append(_scenario(evening, name=_("Your numbers"), kind="changed", **own))
        return found


def _scenario(evening: Evening, **changes: Any) -> Scenario:
    settings = {
        "oven_slots": evening.oven_slots,
        "max_concurrent_orders": evening.max_concurrent_orders,
        "max_open_pizzas": evening.max_open_pizzas,
        "cooks": evening.cooks,
        "tickets_per_cook": evening.tickets_per_cook,
    }
    return Scenario(**{**settings, **changes})
