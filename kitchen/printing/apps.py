from importlib import import_module

from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "kitchen.printing"

    def ready(self) -> None:
        import_module("kitchen.printing.checks")
        import_module("kitchen.printing.receivers")
