from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from kitchen.events import CapacityChanged
from kitchen.models import Kitchen
from kitchen.settings_changes import last_change
from pizzeria.foundation.concurrent_edits import ConcurrentEditMixin, LastChange
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.forms import ShopForm, SingleLineField

MINUTES = ((15, _("15 minutes")), (30, _("30 minutes")), (60, _("an hour")), (0, _("until further notice")))


class PauseForm(ShopForm):
    reason = SingleLineField(
        label=_("Why?"), max_length=120, error_messages={"required": _("Please say why, for guests to read.")}
    )
    minutes = forms.TypedChoiceField(label=_("For how long?"), choices=MINUTES, coerce=int, initial=15)

    def ends_at(self, at: datetime) -> datetime | None:
        """Return when the pause of a valid form ends; None: it ends when the kitchen is resumed."""
        minutes: int = self.cleaned_data["minutes"]
        return at + timedelta(minutes=minutes) if minutes else None


class KitchenSettingsForm(ConcurrentEditMixin, ShopForm):
    """
    The base of the forms of a kitchen's settings: fields of the row, which one kind of event changes.

    :cvar changed_by: that event
    """

    changed_by: ClassVar[type[DomainEvent[Kitchen]]]

    def __init__(self, *args: Any, kitchen: Kitchen, **kwargs: Any) -> None:
        initial = {name: getattr(kitchen, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        self.kitchen = kitchen

    def last_change(self, name: str) -> LastChange | None:
        return last_change(self.kitchen, self.changed_by, lambda data: data.get(name) == getattr(self.kitchen, name))


class CapacityForm(KitchenSettingsForm):
    changed_by = CapacityChanged

    max_concurrent_orders = forms.IntegerField(
        label=_("Open orders at most"),
        min_value=1,
        max_value=500,
        help_text=_("Being paid, waiting and cooking. Beyond them guests read when to try again."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    max_open_pizzas = forms.IntegerField(
        label=_("Open pizzas at most"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Leave it empty for no limit in pizzas."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    oven_slots = forms.IntegerField(
        label=_("Oven slots"),
        min_value=1,
        max_value=100,
        help_text=_("How many orders cook at once. Promises are computed from it."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class ScreenReportForm(ShopForm):
    """What a screen of the board reports of itself: no person fills it in."""

    key = forms.UUIDField()
    version = forms.IntegerField(min_value=0, max_value=2**63 - 1)
    visible = forms.BooleanField(required=False)
    sound = forms.BooleanField(required=False)
    heard = forms.BooleanField(required=False)


class ScreenNameForm(ShopForm):
    key = forms.UUIDField()
    name = SingleLineField(max_length=40)
