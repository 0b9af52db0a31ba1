from django.contrib import admin

from orders.admin.read_only import ReadOnlyAdminMixin
from orders.models import Customer


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdminMixin, admin.ModelAdmin[Customer]):
    list_display = ["name", "phone"]
    fields = ["name", "phone"]
