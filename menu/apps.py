from importlib import import_module

from django.apps import AppConfig


class MenuConfig(AppConfig):
    name = "menu"

    def ready(self) -> None:
        import_module("menu.receivers")
