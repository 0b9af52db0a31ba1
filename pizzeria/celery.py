"""The Celery app; its settings are those in settings.py with the prefix CELERY_."""

import os

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")

app = Celery("pizzeria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A task uses the connection of the one before it, as a request does: Django replaces one that is broken or too old.
task_prerun.connect(close_old_connections, dispatch_uid="pizzeria.close_old_connections")
task_postrun.connect(close_old_connections, dispatch_uid="pizzeria.close_old_connections")
