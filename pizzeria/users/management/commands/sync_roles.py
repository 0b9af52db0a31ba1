from typing import Any

from django.core.management.base import BaseCommand

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.services.roles import sync_roles


class Command(BaseCommand):
    help = "Makes the permission groups match the roles table, and says what it changed."

    def handle(self, *args: Any, **options: Any) -> None:
        changes = sync_roles(by=SYSTEM)
        for change in changes:
            self.stdout.write(change)
        if not changes:
            self.stdout.write("The groups match the roles table.")
