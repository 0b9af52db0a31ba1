from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from menu import services
from menu.admin.arranging import ArrangedAdmin
from menu.admin.pictures import PICTURE_FIELDS, PictureAdmin, PictureForm
from menu.admin.rows import MenuAdmin, by_and_at
from menu.models import Category, Dish, Size


@admin.register(Category)
class CategoryAdmin(ArrangedAdmin[Category], PictureAdmin[Category]):
    form = PictureForm
    fields = [("name", "slug", "position"), PICTURE_FIELDS, "items"]
    list_display = ["name", "thumbnail", "position", "number_of_items"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["items"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        number = Count("pizzas", distinct=True) + Count("simpleitems", distinct=True)
        return super().get_queryset(request).annotate(item_count=number)

    @admin.display(description=gettext_lazy("items"))
    def number_of_items(self, category: Category) -> int:
        number: int = category.item_count  # type: ignore[attr-defined]
        return number

    @admin.display(description=gettext_lazy("items"))
    def items(self, category: Category) -> str:
        """Return links to what is in a category."""
        dishes = _dishes_in(category) if category.pk else []
        if not dishes:
            return _("Nothing yet.")
        rows = (
            (
                reverse(admin_urlname(dish._meta, "change"), args=[dish.pk]),  # type: ignore[arg-type]
                dish.name,
                f" ({_('archived')})" if dish.is_archived else "",
            )
            for dish in dishes
        )
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>{}</li>', rows))

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        """Return no action that deletes: a category is deleted on its page, which says what is in it."""
        actions: dict[str, Any] = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Refuse to delete a category with items in it."""
        category = self.get_object(request, object_id)
        number = len(_dishes_in(category)) if category else 0
        if category is None or not number or not self.has_delete_permission(request, category):
            return super().delete_view(request, object_id, extra_context)
        message = ngettext(
            "“%(name)s” has %(number)d item, archived ones included. Move it to another category first.",
            "“%(name)s” has %(number)d items, archived ones included. Move them to another category first.",
            number,
        )
        messages.warning(request, message % {"name": category.name, "number": number})
        return redirect(admin_urlname(self.opts, "change"), category.pk)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        services.set_picture(obj, picture=None, alt_text="", **by_and_at(request))
        super().delete_model(request, obj)


def _dishes_in(category: Category) -> list[Dish]:
    return [*category.pizzas.all(), *category.simpleitems.all()]


@admin.register(Size)
class SizeAdmin(MenuAdmin[Size]):
    """Admin of the sizes. None can be deleted: baskets have pizzas in it, and without sizes no pizza has a price."""

    fieldsets = [
        (
            None,
            {
                "fields": ["slug", "name", "factor", "position"],
                "description": gettext_lazy(
                    "A size cannot be deleted: pizzas in open baskets have it, and without sizes no pizza has a price."
                ),
            },
        )
    ]
    list_display = ["name", "factor", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Size | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Size, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Save under the size's lock, and record a new factor."""
        before = services.lock_item(obj) if change else None
        if before:
            obj.seq = before.seq
        super().save_model(request, obj, form, change)
        services.record_factor_change(obj, before=before, **by_and_at(request))
