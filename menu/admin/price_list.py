"""The admin's list of items with their prices, and the prices that are scheduled for them."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from menu import services
from menu.admin.history import price_changes
from menu.admin.pictures import edited_fields
from menu.admin.prices import (
    DatedPriceForm,
    ListPriceForm,
    PriceFormSet,
    is_whole_list,
    locked_for_prices,
    scheduled_change_message,
    upcoming_prices,
)
from menu.admin.rows import MenuAdmin, by_and_at
from menu.models import MenuItem
from menu.price_schedules import scheduled_prices
from pizzeria.foundation import clock
from pizzeria.foundation.refusals import Refusal

SHOWN_PRICE_CHANGES = 5  # in an item's form; its history has all


class PriceListAdmin[I: MenuItem](MenuAdmin[I]):
    """
    Admin of items whose prices are edited in the list, all or none of them, at once or from a moment on.

    Prices are shown as they are in force, which may not have been written into the rows yet.
    """

    change_list_template = "admin/menu/item_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[I]:
        items: QuerySet[Any] = super().get_queryset(request)
        annotated: QuerySet[Any] = items.annotate(scheduled=scheduled_prices())
        return annotated

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> I | None:
        item, at = super().get_object(request, object_id, from_field), clock.now()
        if item is None:
            return None
        if self.is_to_be_changed():
            services.fold_due_prices(item, at=at)
        else:
            services.set_price(item, services.price_schedule(item).at(at))
        return item

    @admin.display(description=gettext_lazy("scheduled"))
    def scheduled(self, item: I) -> str:
        return format_html_join("", "<div>{}</div>", [[text] for text in upcoming_prices(item, at=clock.now())])

    @admin.display(description=gettext_lazy("prices"))
    def price_history(self, item: I) -> str:
        at = clock.now()
        context = {
            "item": item,
            "opts": self.opts,
            "scheduled": services.price_schedule(item).upcoming(at),
            "changes": price_changes(item)[:SHOWN_PRICE_CHANGES],
        }
        return render_to_string("admin/menu/price_history.html", context)

    def get_fields(self, request: HttpRequest, obj: I | None = None) -> Any:
        """Return the fields of the form; a new item has no history and no price from a later moment on."""
        fields = super().get_fields(request, obj)
        if obj:
            return fields
        without = {"price_from", "price_history", "learned"}
        rows = [[name for name in _names(row) if name not in without] for row in fields]
        return [row[0] if len(row) == 1 else row for row in rows if row]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=ListPriceForm, **kwargs)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=PriceFormSet, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, or save its prices in one transaction, in which the rows are locked from the start."""
        if request.method != "POST" or "_save" not in request.POST:
            return super().changelist_view(request, extra_context)
        if self.has_change_permission(request) and not is_whole_list(request.POST, model=self.model):
            messages.warning(request, _("That form was not complete. Nothing was saved; please type the prices again."))
            return redirect(request.get_full_path())
        with transaction.atomic():
            response = super().changelist_view(request, extra_context)
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist and changelist.formset:  # with errors: in the rows of the page that was sent
            changelist.result_list = [form.instance for form in changelist.formset.forms]
        return response

    def _get_list_editable_queryset(self, request: HttpRequest, prefix: str) -> QuerySet[I]:
        return locked_for_prices(super()._get_list_editable_queryset(request, prefix))

    def save_model(self, request: HttpRequest, obj: I, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save under the item's lock and record what changed, both in the admin's own transaction."""
        acting = by_and_at(request)
        before = services.lock_item(obj) if change else None
        if before:  # commands may have changed these since the row was read
            obj.sold_out_since, obj.sold_out_until = before.sold_out_since, before.sold_out_until
            obj.picture_id = before.picture_id
            if isinstance(form, DatedPriceForm) and form.valid_from:
                price = services.price_of(obj)
                services.schedule(before, price=price, valid_from=form.valid_from, by=acting["by"], at=form.decided_at)
                services.set_price(obj, services.price_of(before))
            obj.seq = before.seq
        if "allergens" in form.fields:
            obj.allergens_declared = True  # the form has asked
        super().save_model(request, obj, form, change)
        changed = set(edited_fields(form)) - {"price_from"}
        services.record_edit(obj, before=before, fields=changed, **acting)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        message = super().construct_change_message(request, form, formsets, add)
        is_scheduled = isinstance(form, DatedPriceForm) and form.valid_from
        return scheduled_change_message(message, form) if is_scheduled else message

    def get_urls(self) -> list[URLPattern]:
        withdraw = path(
            "<int:pk>/withdraw-price/",
            self.admin_site.admin_view(require_POST(self.withdraw_price)),
            name=f"menu_{self.opts.model_name}_withdraw_price",
        )
        return [withdraw, *super().get_urls()]

    def withdraw_price(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraw the scheduled price whose button was pressed."""
        item = get_object_or_404(self.model, pk=pk)
        try:
            valid_from = datetime.fromisoformat(request.POST.get("withdraw", ""))
            services.withdraw_scheduled_price(item=item, valid_from=valid_from, **by_and_at(request))
            moment = clock.day_and_time(valid_from, at=clock.now())
            messages.success(request, _("The price from %(moment)s is withdrawn.") % {"moment": moment})
        except Refusal as refusal:
            messages.warning(request, refusal.message)
        except (ValueError, TypeError):  # no moment, or one without a time zone
            messages.warning(request, _("Please press the button beside the price."))
        return redirect(admin_urlname(self.opts, "change"), pk)  # type: ignore[arg-type]


def _names(row: Any) -> list[str]:
    return [row] if isinstance(row, str) else list(row)
