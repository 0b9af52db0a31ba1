from celery import shared_task
from django.core.management import call_command


@shared_task
def tidy_up() -> None:
    """Delete what has had its time, once a day."""
    call_command("tidy_up")
