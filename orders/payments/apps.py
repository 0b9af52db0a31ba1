from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "orders.payments"

    def ready(self) -> None:
        import_module("orders.payments.checks")
        import_module("orders.payments.receivers")
