from typing import Any

from django.core.management.base import BaseCommand

from orders import services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM


class Command(BaseCommand):
    help = "Learn the minutes of the pizzas from the orders of the last weeks now, as is done each night."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = services.learn_cooking_minutes(by=SYSTEM, at=clock.now())
        for pizza in changed:
            self.stdout.write(f"{pizza}: {pizza.minutes} planned, {pizza.expected_minutes} expected")
        self.stdout.write(f"The minutes of {len(changed)} pizzas have changed.")
