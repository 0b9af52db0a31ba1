from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kitchen import services as kitchen_services
from menu import services as menu_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.services.roles import sync_roles


class Command(BaseCommand):
    help = "Create the rows that the shop needs: kitchen, sizes, permission groups. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        made = {
            "kitchen": kitchen_services.set_up_kitchen(name=settings.SHOP_NAME, by=SYSTEM),
            "sizes": menu_services.set_up_sizes(by=SYSTEM, at=clock.now()),
            "groups": bool(sync_roles(by=SYSTEM)),
        }
        for what, is_new in made.items():
            self.stdout.write(f"{what}: {'created' if is_new else 'exists'}")
