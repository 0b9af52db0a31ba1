from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from menu import services
from menu.admin.rows import MenuAdmin, by_and_at
from menu.models import Category, Size


@admin.register(Category)
class CategoryAdmin(MenuAdmin[Category]):
    list_display = ["name", "position"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Size)
class SizeAdmin(MenuAdmin[Size]):
    list_display = ["name", "factor", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Size, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save under the size's lock, and record a new factor."""
        before = services.lock_item(obj) if change else None
        if before:
            obj.seq = before.seq
        super().save_model(request, obj, form, change)
        services.record_factor_change(obj, before=before, **by_and_at(request))
