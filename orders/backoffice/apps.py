from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The admin of orders, which shows what all other packages know of one. It has no tables."""

    name = "orders.backoffice"
