from django.contrib import admin

from orders.admin.look_only import LookOnly
from orders.models import Customer


@admin.register(Customer)
class CustomerAdmin(LookOnly, admin.ModelAdmin[Customer]):
    list_display = ["name", "phone"]
    fields = ["name", "phone"]
