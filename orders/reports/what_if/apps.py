from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    """A past evening, simulated with other settings of the kitchen."""

    name = "orders.reports.what_if"
