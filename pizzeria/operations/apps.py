from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "pizzeria.operations"
    label = "operations"
