from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "pizzeria.foundation.idempotency"
    label = "idempotency"
