from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kitchen import services as kitchen_services
from menu import services as menu_services
from orders.notifications.webhooks import services as webhook_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop import services as shop_services
from pizzeria.foundation.shop.selectors import current_shop
from pizzeria.users.services.roles import sync_roles


class Command(BaseCommand):
    help = "Create the rows that the shop needs: settings, kitchen, sizes, permission groups. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            settings_are_new = shop_services.set_up_shop_settings(by=SYSTEM)
        except Refusal as refusal:
            raise CommandError(f"{refusal.field}: {refusal.message}") from refusal
        made = {
            "settings": settings_are_new,
            "kitchen": kitchen_services.set_up_kitchen(name=current_shop().name, by=SYSTEM),
            "sizes": menu_services.set_up_sizes(by=SYSTEM, at=clock.now()),
            "groups": bool(sync_roles(by=SYSTEM)),
        }
        for what, is_new in made.items():
            self.stdout.write(f"{what}: {'created' if is_new else 'exists'}")
        changed = webhook_services.reencrypt_webhook_secrets(by=SYSTEM)
        if changed:
            self.stdout.write(f"secrets of webhooks: {changed} encrypted with the new SECRET_KEY")
