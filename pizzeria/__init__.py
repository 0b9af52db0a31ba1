"""Mario's Pizzeria. The Celery app is loaded with the package, so that every task finds it."""

from pizzeria.celery import app as celery_app

__all__ = ["celery_app"]
