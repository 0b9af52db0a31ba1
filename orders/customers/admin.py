from django.contrib import admin

from orders.customers.models import Customer
from orders.customers.permissions import SEE_CUSTOMERS
from pizzeria.foundation.admin import ReadOnlyAdminMixin


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdminMixin, admin.ModelAdmin[Customer]):
    view_permission = SEE_CUSTOMERS
    list_display = ["name", "phone"]
    fields = ["name", "phone"]
