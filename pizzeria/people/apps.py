from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pizzeria.people"
    label = "people"

    def ready(self) -> None:
        import_module("pizzeria.people.receivers")
        import_module("pizzeria.people.accounts.limits").count_in_the_database()
