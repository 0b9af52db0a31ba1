from celery import shared_task
from django.core.management import call_command


@shared_task
def purge_expired() -> None:
    """Delete expired rows; scheduled once a day."""
    call_command("purge_expired")
