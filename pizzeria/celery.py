"""The Celery app; its settings are those in settings.py with the prefix CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")

app = Celery("pizzeria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
