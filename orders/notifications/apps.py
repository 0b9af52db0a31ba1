from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "orders.notifications"

    def ready(self) -> None:
        import_module("orders.notifications.checks")
        import_module("orders.notifications.receivers")
