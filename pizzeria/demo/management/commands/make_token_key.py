from typing import Any

from django.core.management.base import BaseCommand

from pizzeria.demo import api_tokens
from pizzeria.demo.api_tokens import NoTokens


class Command(BaseCommand):
    help = (
        "Make the key of the access tokens that this start of the demo issues; earlier tokens are refused from now on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            api_tokens.make_key()
        except NoTokens as reason:
            self.stdout.write(f"no key: {reason}")
