"""Admin of customers, read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.customers.models import Customer
from orders.customers.permissions import SEE_CUSTOMERS
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin
from pizzeria.foundation.text_search import SearchText, log_personal_data_search, name_contains, phone_contains


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[Customer]):
    view_permission = SEE_CUSTOMERS
    list_display = ["name", "phone"]
    search_fields = ["name", "phone"]  # get_search_results decides by what is typed
    search_help_text = gettext_lazy("Name or phone number, or a part of it")
    fields = ["name", "phone"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        search = SearchText.of(search_term)
        if not search_term.strip():
            return queryset, False
        if search.phone:
            return queryset.filter(phone_contains("phone", search)), False
        if search.words:
            return queryset.filter(name_contains("name", search.words)), False
        return queryset.none(), False

    def on_search(self, request: HttpRequest, text: str, *, found: int, has_more: bool) -> None:
        search, by = SearchText.of(text), actor_of(request)
        log_personal_data_search(search, by=by, where="customers", found=found, has_more=has_more)
