"""
The admin page on which a manager refunds a part of an order: it shows the amount before the refund is confirmed.

Both buttons send the same form. What the server has computed is sent back with the confirmation, and the command
refuses another amount.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from orders.models import Order
from orders.payments import services as payment_services
from orders.payments.models import RefundRequest, RefundRequestReason, RefundRequestState
from orders.payments.permissions import REFUND
from orders.payments.refundable import (
    PricedRefund,
    Refundable,
    RefundableLine,
    RefundChoice,
    price_refund,
    refundable_of,
)
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of
from pizzeria.foundation.admin import ShopModelAdmin
from pizzeria.foundation.forms import INTEGER_MESSAGE, ShopForm, SingleLineField
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.step_up import ReauthenticationRequired, require_recent_auth

CONFIRM = "confirm"  # name of the button that refunds; the other one computes the amount

_LINE = "line_"  # and the line's position: the name of a field, as in `NotRefundable.field`


class RefundForm(ShopForm):
    """
    Form to choose what is refunded of an order.

    It has the same fields before and after a refund, so that the same form sent twice is recognised; the page shows
    those of what is left, and the command refuses the others.
    """

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=[("", gettext_lazy("Please choose")), *RefundRequestReason.choices],
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    note = SingleLineField(label=gettext_lazy("Note for colleagues"), required=False, max_length=300)
    shown_amount = forms.DecimalField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, refundable: Refundable) -> None:
        super().__init__(data, initial={"key": uuid4()})
        chosen: dict[str, forms.Field] = {f"{_LINE}{line.position}": _quantity_field(line) for line in refundable.lines}
        chosen["fee"] = forms.BooleanField(label=_("Delivery fee"), required=False)
        chosen["tip"] = forms.BooleanField(label=_("Tip"), required=False)
        chosen["everything"] = forms.BooleanField(label=_("All that is left"), required=False)
        self.fields = {**chosen, **self.fields}

    def clean(self) -> dict[str, Any]:
        if {"key", "shown_amount"} & self.errors.keys():  # hidden: only a changed page sends them wrong
            self.add_error(None, _("Please open this page afresh."))
        return self.cleaned_data

    @property
    def choice(self) -> RefundChoice:
        """Return what is chosen in a valid form."""
        return RefundChoice(
            quantities={
                int(name.removeprefix(_LINE)): value
                for name, value in self.cleaned_data.items()
                if name.startswith(_LINE) and value
            },
            with_fee=self.cleaned_data["fee"],
            with_tip=self.cleaned_data["tip"],
            everything=self.cleaned_data["everything"],
        )


def _quantity_field(line: RefundableLine) -> forms.IntegerField:
    field = forms.IntegerField(
        label=line.name,
        required=False,
        min_value=0,
        initial=0,
        widget=forms.NumberInput(attrs={"max": len(line.units)}),
    )
    field.error_messages |= {"invalid": INTEGER_MESSAGE, "min_value": _("Zero or more, please.")}
    return field


@dataclass(frozen=True, slots=True)
class RefundRow:
    """
    A row of the page's table.

    :param field: None: nothing of it is left
    :param each: the least and the largest amount of a unit
    :param amount: of what is chosen; None: not computed
    """

    label: str
    field: BoundField | None
    ordered: int | None = None
    each: tuple[Decimal, Decimal] | None = None
    amount: Decimal | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def refund_page(request: HttpRequest, order_id: int, *, model_admin: ShopModelAdmin[Order]) -> HttpResponse:
    """
    Show what can be refunded of an order, then the amount of what is chosen; refund it once that is confirmed.

    :raises PermissionDenied: the actor may not refund
    """
    by = actor_of(request)
    if not by.may(REFUND):
        raise PermissionDenied
    require_recent_auth(by, at=clock.now())  # before anything is typed that would be lost
    order = get_object_or_404(Order, pk=order_id)
    if CONFIRM not in request.POST:
        return _show(request, order, model_admin)
    form = RefundForm(request.POST, refundable=refundable_of(order))
    if not form.is_valid():
        return _show(request, order, model_admin)  # with its errors
    try:
        refund = _request_refund(order, form, by=by)
    except ReauthenticationRequired:
        raise
    except Refusal as refusal:
        order.refresh_from_db()
        return _show(request, order, model_admin, refusal=refusal)
    messages.success(request, _success_text(order, refund))
    return redirect("admin:orders_order_change", order.pk)


def _request_refund(order: Order, form: RefundForm, *, by: Actor) -> RefundRequest:
    data = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    return payment_services.request_refund(
        ref=uuid7(),
        order=order.ref,
        choice=form.choice,
        shown_amount=form.cleaned_data["shown_amount"],
        reason=RefundRequestReason(form.cleaned_data["reason"]),
        note=form.cleaned_data["note"],
        by=by,
        at=clock.now(),
        idempotency=IdempotentRequest.of(
            principal=f"user:{by.user_id}",
            key=form.cleaned_data["key"],
            data={"refund_of": str(order.ref), **data},
        ),
    )


def _success_text(order: Order, refund: RefundRequest) -> str:
    amount = format_amount(refund.amount)
    if refund.state == RefundRequestState.WAITING:
        return _("The refund of %(amount)s waits for a second manager.") % {"amount": amount}
    if order.is_by_card:
        return _("%(amount)s is being refunded to the card.") % {"amount": amount}
    return _("%(amount)s is refunded: please give it back in cash.") % {"amount": amount}


def _show(
    request: HttpRequest, order: Order, model_admin: ShopModelAdmin[Order], *, refusal: Refusal | None = None
) -> HttpResponse:
    """
    Show the page, with the form as typed, and the amount of what is chosen.

    :param refusal: of the refund that was confirmed
    """
    refundable = refundable_of(order)
    form = RefundForm(request.POST if request.method == "POST" else None, refundable=refundable)
    priced = None
    if form.is_valid():
        try:
            priced = price_refund(refundable, form.choice)
        except Refusal as wrong:
            refusal = wrong
    if refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Refund of order %(order)s") % {"order": order},
        "opts": model_admin.opts,
        "order": order,
        "refundable": refundable,
        "form": form,
        "rows": _rows(refundable, form, priced),
        "amount": priced.amount if priced else None,
        "shown_amount": str(priced.amount) if priced else "",  # as it is read back, whatever the language
    }
    return render(request, "admin/orders/order/refund.html", context, status=422 if form.errors else 200)


def _rows(refundable: Refundable, form: RefundForm, priced: PricedRefund | None) -> list[RefundRow]:
    """Return the rows of the lines, then those of the delivery fee, the tip and all that is left, if there are any."""
    rows = [
        RefundRow(
            label=line.name,
            field=form[f"{_LINE}{line.position}"] if line.units else None,
            ordered=line.quantity,
            each=(min(line.units.values()), max(line.units.values())) if line.units else None,
            amount=priced.lines.get(line.position) if priced else None,
        )
        for line in refundable.lines
    ]
    others = {"fee": refundable.fee, "tip": refundable.tip}
    if not refundable.has_parts:
        others["everything"] = refundable.left
    for name, amount in others.items():
        if amount:
            is_chosen = priced is not None and form.cleaned_data[name]
            label = str(form[name].label)
            rows.append(RefundRow(label, form[name], each=(amount, amount), amount=amount if is_chosen else None))
    return rows
