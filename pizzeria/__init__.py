"""Mario's Pizzeria. The Celery app is imported with the package, so that every `shared_task` uses it."""

from pizzeria.celery import app as celery_app

__all__ = ["celery_app"]
