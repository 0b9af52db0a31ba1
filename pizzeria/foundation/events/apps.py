from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "pizzeria.foundation.events"
    label = "events"
    verbose_name = "Events"
