from typing import Any

from django.core.management.base import BaseCommand

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.services.roles import sync_roles


class Command(BaseCommand):
    help = "Make the permission groups match the roles table, and print the changes."

    def handle(self, *args: Any, **options: Any) -> None:
        changes = sync_roles(by=SYSTEM)
        for change in changes:
            self.stdout.write(change)
        if not changes:
            self.stdout.write("The groups match the roles table.")
