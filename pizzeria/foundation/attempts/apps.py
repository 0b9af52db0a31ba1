from django.apps import AppConfig


class AttemptsConfig(AppConfig):
    name = "pizzeria.foundation.attempts"
    label = "attempts"
