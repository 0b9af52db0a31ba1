from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PizzeriaConfig(AppConfig):
    name = "pizzeria"


class ShopAdmin(AdminConfig):
    default_site = "pizzeria.admin_site.ShopAdminSite"
