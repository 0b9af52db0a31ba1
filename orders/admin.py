"""The delivery zones and coupons in the admin, which saves by their commands. Orders are in `orders.backoffice`."""

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Coupon, DeliveryPostalCode, DeliveryZone, normalize_coupon_code, normalize_postal_code
from orders.models.delivery_zone import CODE_LENGTH
from orders.offer_events import offer_event_text
from orders.services import coupon_editing, delivery_zones
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ShopAdminForm, ShopModelAdmin
from pizzeria.foundation.admin_commands import SavedByCommandMixin
from pizzeria.foundation.admin_history import Change, EventHistoryMixin, changes_from
from pizzeria.foundation.events.models import StoredEvent


class PostalCodesField(forms.CharField):
    """
    Field for many postal codes, separated by commas, semicolons, tabs or line breaks; its value is a list, sorted.

    Blanks separate codes of four to six digits, too. Other codes may have blanks in them.
    """

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Postal codes"),
            widget=forms.Textarea(attrs={"rows": 5}),
            help_text=gettext_lazy("Separated by commas or line breaks."),
            error_messages={"required": gettext_lazy("Which postal codes belong to it?")},
        )

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        typed = super().clean(", ".join(value) if isinstance(value, list) else value)
        parts = chain.from_iterable(_codes_in(part) for part in re.split(r"[,;\t\r\n]", typed))
        codes = sorted({code for part in parts if (code := normalize_postal_code(part))})
        if not codes:
            raise forms.ValidationError(self.error_messages["required"])
        if too_long := [code for code in codes if len(code) > CODE_LENGTH]:
            raise forms.ValidationError(
                _("“%(code)s” is too long for a postal code. Is a comma missing?") % {"code": too_long[0][:30]}
            )
        return codes

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(initial) != self.clean(data)
        except forms.ValidationError:
            return True


def _codes_in(text: str) -> list[str]:
    """Return the codes of a text: several if each of its words is a whole code of digits, else one ("SW1A 1AA")."""
    words = text.split()
    return words if all(re.fullmatch("[0-9]{4,6}", word) for word in words) else [text]


class DeliveryZoneForm(ShopAdminForm):
    codes = PostalCodesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["codes"] = list(self.instance.postal_codes.values_list("code", flat=True))

    def clean_codes(self) -> list[str]:
        codes: list[str] = self.cleaned_data["codes"]
        others = DeliveryPostalCode.objects.exclude(zone=self.instance.pk).filter(code__in=codes).select_related("zone")
        if taken := others.first():
            raise forms.ValidationError(
                _("%(code)s belongs to “%(zone)s” already.") % {"code": taken.code, "zone": taken.zone}
            )
        return codes


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(
    EventHistoryMixin[DeliveryZone], SavedByCommandMixin[DeliveryZone], ShopModelAdmin[DeliveryZone]
):
    form = DeliveryZoneForm
    list_display = ["name", "is_active", "fee", "free_from", "minimum", "driving_minutes", "code_count"]
    prepopulated_fields = {"slug": ["name"]}
    fields = [("name", "slug", "is_active"), ("fee", "free_from", "minimum"), "driving_minutes", "codes"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryZone]:
        return super().get_queryset(request).annotate(code_count=Count("postal_codes"))

    @admin.display(description=gettext_lazy("postal codes"))
    def code_count(self, zone: Any) -> int:
        return int(zone.code_count)

    def changes_of(self, row: DeliveryZone) -> list[Change]:
        return _offer_changes(row)

    def save_model(self, request: HttpRequest, obj: DeliveryZone, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save the zone with its postal codes by the command."""
        by, at = actor_of(request), clock.now()
        cleaned = dict(form.cleaned_data)
        codes = cleaned.pop(delivery_zones.CODES, None)  # None: changed by somebody else meanwhile, and not here
        if change:
            changes, shown = _changes_of(form, cleaned)
            delivery_zones.change_delivery_zone(zone_id=obj.pk, changes=changes, codes=codes, shown=shown, by=by, at=at)
        else:
            added = delivery_zones.add_delivery_zone(values=cleaned, codes=codes or [], by=by, at=at)
            obj.pk, obj.ref, obj.seq = added.pk, added.ref, added.seq

    def delete_model(self, request: HttpRequest, obj: DeliveryZone) -> None:
        delivery_zones.delete_delivery_zone(zone_id=obj.pk, by=actor_of(request), at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeliveryZone]) -> None:
        for zone in queryset.order_by("pk"):
            self.delete_model(request, zone)


class CouponForm(ShopAdminForm):
    def clean_code(self) -> str:
        return normalize_coupon_code(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends <= begins:
            self.add_error("valid_until", _("It would end before it begins."))
        max_uses = cleaned.get("max_uses")
        if max_uses is not None and max_uses < self.instance.uses:
            self.add_error("max_uses", _("Its uses are more than that: %(uses)d.") % {"uses": self.instance.uses})
        return cleaned


@admin.register(Coupon)
class CouponAdmin(EventHistoryMixin[Coupon], SavedByCommandMixin[Coupon], ShopModelAdmin[Coupon]):
    form = CouponForm
    list_display = ["code", "is_active", "kind", "value", "minimum", "valid_from", "valid_until", "uses", "max_uses"]
    list_filter = ["is_active", "kind"]
    search_fields = ["code"]
    readonly_fields = ["uses"]
    autocomplete_fields = ["customer"]
    fields = [
        ("code", "is_active"),
        ("kind", "value", "minimum"),
        ("valid_from", "valid_until"),
        ("max_uses", "max_uses_per_customer", "uses"),
        "customer",
    ]

    def changes_of(self, row: Coupon) -> list[Change]:
        return _offer_changes(row)

    def save_model(self, request: HttpRequest, obj: Coupon, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save the coupon by the command, which locks it, so that no use is lost."""
        by, at = actor_of(request), clock.now()
        if change:
            changes, shown = _changes_of(form, form.cleaned_data)
            coupon_editing.change_coupon(coupon_id=obj.pk, changes=changes, shown=shown, by=by, at=at)
        else:
            added = coupon_editing.add_coupon(values=form.cleaned_data, by=by, at=at)
            obj.pk, obj.ref, obj.seq = added.pk, added.ref, added.seq

    def delete_model(self, request: HttpRequest, obj: Coupon) -> None:
        coupon_editing.delete_coupon(coupon_id=obj.pk, by=actor_of(request), at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Coupon]) -> None:
        for coupon in queryset.order_by("pk"):
            self.delete_model(request, coupon)

    def has_delete_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        """Return whether a coupon can be deleted: not once it has been used."""
        is_used = obj is not None and obj.order_uses.exists()
        return not is_used and super().has_delete_permission(request, obj)


def _changes_of(form: ModelForm, cleaned: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:  # type: ignore[type-arg]
    """Return the new values of the columns that were changed, and those that the form was compared with."""
    names = [name for name in form.changed_data if name in cleaned]
    columns = {name: form.instance._meta.get_field(name) for name in names}
    shown = {column.attname: form.initial[name] for name, column in columns.items()}
    return {name: cleaned[name] for name in names}, shown


def _offer_changes(row: DeliveryZone | Coupon) -> list[Change]:
    return changes_from(StoredEvent.objects.filter(aggregate_ref=row.ref), offer_event_text)
