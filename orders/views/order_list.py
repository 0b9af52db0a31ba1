from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orders.models import OrderStatus
from orders.permissions import SEE_ALL_ORDERS
from orders.selectors.order_list import all_orders, order_page
from pizzeria.foundation.actor import needs
from pizzeria.foundation.forms import ShopForm

PAGE_SIZE = 30


class FilterForm(ShopForm):
    """Filters of the order list; an invalid field counts as empty."""

    status = forms.ChoiceField(
        label=_("Where is it?"), choices=[("", _("anywhere")), *OrderStatus.choices], required=False
    )
    day = forms.DateField(
        label=_("Business day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    number = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=1_000_000)


class PageForm(ShopForm):
    """Which page of the list: that before an order, or after one; an invalid field counts as empty."""

    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)


@needs(SEE_ALL_ORDERS)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """Show the list of all orders, read only."""
    form, which = FilterForm(request.GET), PageForm(request.GET)
    form.is_valid()
    which.is_valid()
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    page = order_page(all_orders(**filters), size=PAGE_SIZE, **which.cleaned_data)
    return render(request, "orders/all.html", {"form": form, "page": page})
