from importlib import import_module

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Front desk"

    def ready(self) -> None:
        import_module("orders.channels.checks")
        import_module("orders.checks")
        import_module("orders.receivers")
