from importlib import import_module

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "orders.notifications.webhooks"

    def ready(self) -> None:
        import_module("orders.notifications.webhooks.checks")
        import_module("orders.notifications.webhooks.receivers")
