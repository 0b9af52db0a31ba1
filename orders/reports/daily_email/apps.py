from django.apps import AppConfig


class DailyEmailConfig(AppConfig):
    """The e-mail with yesterday's figures, which each address of the shop's settings gets every morning."""

    name = "orders.reports.daily_email"
    label = "daily_email"
