from django.contrib import admin

from orders.customers.models import Customer
from orders.customers.permissions import SEE_CUSTOMERS
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Customer]):
    view_permission = SEE_CUSTOMERS
    list_display = ["name", "phone"]
    search_fields = ["name", "phone"]
    ordering = ["name", "id"]
    fields = ["name", "phone"]
