"""The forms of the kitchen's settings page: opening hours and closed days, orders for later, the board."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from kitchen.events import BoardSettingsChanged, HoursChanged, LaterOrdersChanged
from kitchen.forms import KitchenSettingsForm
from kitchen.hours import DAYS_OF_THE_WEEK, OpeningHours, Week
from kitchen.models import Kitchen
from kitchen.opening_times import SpansUnreadable, parse_spans, spans_text
from kitchen.settings_changes import last_change
from pizzeria.foundation.concurrent_edits import ConcurrentEditMixin, LastChange
from pizzeria.foundation.forms import ShopForm, SingleLineField

DAY_FIELDS = tuple(f"day_{weekday}" for weekday in range(DAYS_OF_THE_WEEK))


class SpansField(SingleLineField):
    """Field for the spans of a day, as a text: cleaned, it is as `spans_text` writes it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": _("closed"), "autocomplete": "off", "spellcheck": "false"}
        super().__init__(required=False, max_length=200, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        try:
            return spans_text(parse_spans(super().to_python(value)))
        except SpansUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable), code="invalid") from unreadable

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the hours differ, not only how they are typed."""
        try:
            return self.to_python(data) != self.to_python(initial)
        except forms.ValidationError:
            return True


class HoursForm(ConcurrentEditMixin, ShopForm):
    """The hours of the week: a text for each weekday, or around the clock."""

    around_the_clock = forms.BooleanField(
        label=_("Open around the clock"), required=False, help_text=_("Then the hours below do not count.")
    )
    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (SpansField(label=WEEKDAYS[day]) for day in WEEKDAYS)

    def __init__(self, *args: Any, kitchen: Kitchen, **kwargs: Any) -> None:
        week = kitchen.hours.week
        initial: dict[str, object] = {"around_the_clock": week is None}
        initial |= {name: spans_text(week[day]) if week else "" for day, name in enumerate(DAY_FIELDS)}
        super().__init__(*args, initial=initial, **kwargs)
        self.kitchen = kitchen

    @property
    def days(self) -> list[forms.BoundField]:
        """Return the fields of the weekdays, Monday first."""
        return [self[name] for name in DAY_FIELDS]

    @property
    def week(self) -> Week | None:
        """Return the hours of a valid form; None: around the clock."""
        if self.cleaned_data["around_the_clock"]:
            return None
        return tuple(parse_spans(self.cleaned_data[name]) for name in DAY_FIELDS)

    def clean(self) -> dict[str, Any]:
        typed = [name for name in DAY_FIELDS if name in self.changed_data and self.cleaned_data.get(name)]
        was_and_is_ticked = self.cleaned_data["around_the_clock"] and "around_the_clock" not in self.changed_data
        cleaned = super().clean()
        if typed and was_and_is_ticked and not self.errors:
            self.add_error("around_the_clock", _("Please untick this, so that the hours of the days count."))
        return cleaned

    def last_change(self, name: str) -> LastChange | None:
        current = self._value_in(self.kitchen.hours, name)
        return last_change(
            self.kitchen,
            HoursChanged,
            lambda data: self._value_in(OpeningHours.parse(data["hours"]), name) == current,
        )

    @staticmethod
    def _value_in(hours: OpeningHours, name: str) -> object:
        if name == "around_the_clock":
            return hours.week is None
        return hours.week[DAY_FIELDS.index(name)] if hours.week else ()


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClosedDaysForm(ShopForm):
    first = forms.DateField(label=_("First day"), widget=DayInput)
    last = forms.DateField(
        label=_("Last day"), required=False, widget=DayInput, help_text=_("Leave it empty for a single day.")
    )

    @property
    def days(self) -> dict[str, date]:
        """Return the first and the last day of a valid form."""
        first = self.cleaned_data["first"]
        return {"first": first, "last": self.cleaned_data["last"] or first}


def _number(label: Any, *, at_least: int, at_most: int, help_text: Any, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=at_least,
        max_value=at_most,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class LaterOrdersForm(KitchenSettingsForm):
    changed_by: ClassVar = LaterOrdersChanged

    max_slot_pizzas = _number(
        _("Pizzas in a quarter of an hour"),
        required=False,
        at_least=1,
        at_most=1000,
        help_text=_("How many can be ordered for the same quarter. Leave it empty to take no orders for later."),
    )
    later_days = _number(
        _("Days ahead"), at_least=0, at_most=60, help_text=_("How many days after today guests can choose.")
    )
    lead_minutes = _number(
        _("Lead in minutes"),
        at_least=0,
        at_most=240,
        help_text=_("How long before it goes into the oven an order for later appears on the board."),
    )


class BoardSettingsForm(KitchenSettingsForm):
    changed_by: ClassVar = BoardSettingsChanged

    warning_minutes = _number(
        _("Urgent, minutes before"), at_least=0, at_most=120, help_text=_("A ticket that is due soon changes its look.")
    )
    late_minutes = _number(
        _("Very late, minutes after"),
        at_least=0,
        at_most=120,
        help_text=_("And so does one that should be out by now."),
    )
    unseen_seconds = _number(
        _("Unseen for, in seconds"),
        at_least=0,
        at_most=3600,
        help_text=_("Then a new ticket gets louder, and managers are told. 0: never."),
    )
    watches_screens = forms.BooleanField(
        label=_("Tell managers when no screen shows the board"),
        required=False,
        help_text=_("Untick it if the kitchen works by its printer, or by another program, alone."),
    )
    stops_without_screen = forms.BooleanField(
        label=_("Take no orders while no screen shows the board"),
        required=False,
        help_text=_("Orders as soon as possible are refused until a board is open again."),
    )
    shows_cook = forms.BooleanField(
        label=_("Tell guests who cooks"), required=False, help_text=_("They read the first name of the cook.")
    )
    uses_learned_minutes = forms.BooleanField(
        label=_("Promise by what pizzas really took"),
        required=False,
        help_text=_("Else by the minutes that the menu plans for them. Takes effect with the next night's count."),
    )

    @property
    def settings(self) -> BoardSettingsChanged:
        """Return the settings of a valid form."""
        return BoardSettingsChanged(**self.cleaned_data)
