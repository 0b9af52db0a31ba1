from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pizzeria.demo"
    label = "demo"
