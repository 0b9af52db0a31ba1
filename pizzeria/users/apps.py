from importlib import import_module

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "pizzeria.users"
    label = "users"

    def ready(self) -> None:
        import_module("pizzeria.users.receivers")
        import_module("pizzeria.users.accounts.limits").count_in_the_database()
