"""Prices in the admin: of many items in the list, of one in its form; at once, or from a later moment on."""

import re
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms import BaseModelFormSet
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from menu import services
from menu.models import MenuItem, Pizza
from menu.price_schedules import PriceSchedule, schedule_of
from pizzeria.foundation import clock
from pizzeria.foundation.admin import ShopAdminForm
from pizzeria.foundation.forms import MomentField, ShopForm
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal

MAX_LISTED = 1000  # items on a page of a list; Django takes no more forms

_ID = re.compile(r"[0-9]{1,18}")


def price_field_of(model: type[MenuItem]) -> str:
    """Return the name of the field with the price of such items."""
    return "base_price" if issubclass(model, Pizza) else "price"


def price_from_field() -> MomentField:
    """Return a field for the moment from which a price is valid, on the shop's wall clock; empty: at once."""
    return MomentField(
        label=gettext_lazy("New price from"),
        required=False,
        help_text=gettext_lazy("Empty: from now on."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("A day and a time, please, like 2026-11-30 11:00.")},
    )


def schedule_of_row(item: MenuItem) -> PriceSchedule:
    """Return the prices of a row of the admin's queryset, which has the scheduled ones; another has none. No query."""
    return schedule_of(services.price_of(item), getattr(item, "scheduled", ()))


def upcoming_prices(item: MenuItem, *, at: datetime) -> list[str]:
    """Return the prices that are scheduled for an item as managers read them: "€13.50 from Mon 30 Nov, 11:00"."""
    return [
        _("%(price)s from %(moment)s")
        % {"price": format_amount(dated.price), "moment": clock.day_and_time(dated.valid_from, at=at)}
        for dated in schedule_of_row(item).upcoming(at)
    ]


class DatedPriceForm(ShopAdminForm):
    """
    A form with the price of an item, which can be set from a later moment on.

    :ivar valid_from: that moment, of a valid form; None: at once
    :ivar decided_at: when this was checked
    """

    valid_from: datetime | None = None
    decided_at: datetime

    def refuse_unless_schedulable(self, valid_from: datetime, *, at: datetime, beside: str) -> None:
        """
        Add an error unless the typed price can be scheduled.

        :param beside: the field beside which an error of the moment is shown
        """
        price_field = price_field_of(type(self.instance))
        try:
            services.refuse_unless_schedulable(
                services.lock_item(self.instance), price=self.cleaned_data[price_field], valid_from=valid_from, at=at
            )
        except Refusal as refusal:
            self.add_error(beside if refusal.field == "valid_from" else price_field, refusal.message)
        self.valid_from, self.decided_at = valid_from, at


class ListPriceForm(DatedPriceForm):
    """The form of an item in the list: its price alone. A page that is opened shows the price that is in force."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.instance.pk:
            price_field = price_field_of(type(self.instance))
            self.initial[price_field] = schedule_of_row(self.instance).at(clock.now())

    def clean(self) -> dict[str, Any]:
        if self.instance.is_archived and self.has_changed():
            self.add_error(price_field_of(type(self.instance)), _("That is not on the menu any more."))
        return super().clean()

    def _post_clean(self) -> None:
        if self.has_changed():  # else there is nothing to check, of maybe a hundred rows
            super()._post_clean()  # type: ignore[misc]


def is_whole_list(data: Any, *, model: type[MenuItem]) -> bool:
    """Return whether a posted list has a management form, and one form for each of its items; else it was changed."""
    management = ManagementForm(data, prefix=PriceFormSet.get_default_prefix())
    if not management.is_valid():
        return False
    total, prefix = int(management.cleaned_data[TOTAL_FORM_COUNT] or 0), management.prefix
    ids = [data.get(f"{prefix}-{number}-id", "") for number in range(min(total, MAX_LISTED + 1))]
    if total != management.cleaned_data[INITIAL_FORM_COUNT] or total > MAX_LISTED or not all(map(_ID.fullmatch, ids)):
        return False
    return model._default_manager.filter(pk__in=ids).count() == total


class PricesFromForm(ShopForm):
    """The moment from which all prices that are saved in the list are valid."""

    valid_from = price_from_field()


class PriceFormSet(BaseModelFormSet[MenuItem, ListPriceForm]):
    """The prices of a list, which are saved together or not at all, and the moment from which they are valid."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.prices_from = PricesFromForm(data)

    def is_valid(self) -> bool:
        return super().is_valid() and self.prices_from.is_valid()

    def total_error_count(self) -> int:
        return super().total_error_count() + len(self.prices_from.errors)

    def clean(self) -> None:
        """Check the moment, beside which its errors are shown, and then the prices that change from it on."""
        super().clean()
        if not self.prices_from.is_valid():
            return
        valid_from, at = self.prices_from.cleaned_data["valid_from"], clock.now()
        if valid_from is None:
            return
        changed = [form for form in self.forms if form.has_changed()]
        try:
            services.refuse_unless_price_moment(valid_from, at=at)
        except Refusal as refusal:
            self.prices_from.add_error("valid_from", refusal.message)
            return
        if not changed:
            self.prices_from.add_error("valid_from", _("Type the new prices, too."))
        for form in changed:
            if not form.errors:
                field = price_field_of(type(form.instance))
                form.refuse_unless_schedulable(valid_from, at=at, beside=field)


def locked_for_prices(items: QuerySet[Any]) -> QuerySet[Any]:
    """Lock items until the transaction ends, with the prices that are in force in their rows; return their queryset."""
    at = clock.now()
    for item in items.order_by("pk").select_for_update(no_key=True, of=("self",)):
        if schedule_of_row(item).at(at) != services.price_of(item):
            services.fold_due_prices(item, at=at)
    return items.order_by("pk")


def scheduled_change_message(message: Any, form: DatedPriceForm) -> Any:
    """Return what the admin's history says of a change: a scheduled price did not change the price."""
    price_label = str(form.fields[price_field_of(type(form.instance))].label)
    for part in message:
        fields = cast("dict[str, list[str]]", part.get("changed", {})).get("fields", [])
        fields[:] = [_("Scheduled price") if field == price_label else field for field in fields]
    return message
