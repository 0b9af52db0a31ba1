from importlib import import_module

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "pizzeria.live"
    label = "live"

    def ready(self) -> None:
        import_module("pizzeria.live.receivers")
