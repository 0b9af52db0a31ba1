from importlib import import_module

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "pizzeria.users"
    label = "users"

    def ready(self) -> None:
        import_module("pizzeria.users.receivers")
        import_module("pizzeria.users.local_accounts.rate_limits").use_database_cache()
