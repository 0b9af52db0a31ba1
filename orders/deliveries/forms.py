from django import forms
from django.utils.translation import gettext_lazy as _

from orders.deliveries.selectors import drivers
from orders.models import DELIVERY_FAILURE_REASONS
from pizzeria.foundation.forms import ShopForm, SingleLineField


class AssignForm(ShopForm):
    """Form to choose a driver by username, which reveals nothing about the person."""

    driver = forms.ModelChoiceField(
        label=_("Driver"),
        queryset=drivers(),
        to_field_name="username",
        empty_label=_("Who?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Please choose somebody who delivers.")),
    )


class DeliveryFailureForm(ShopForm):
    """Form for the reason of a failed delivery."""

    reason = forms.ChoiceField(
        choices=[(reason.value, reason.label) for reason in DELIVERY_FAILURE_REASONS],
        error_messages={"required": _("Please say why."), "invalid_choice": _("Please say why.")},
    )
    note = SingleLineField(required=False, max_length=300)
