from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "pizzeria.foundation.alerts"
    label = "alerts"
