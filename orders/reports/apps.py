from importlib import import_module

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The figures of the shop: rollups of orders, payments and steps, and the reports that read them."""

    name = "orders.reports"

    def ready(self) -> None:
        import_module("orders.reports.receivers")
