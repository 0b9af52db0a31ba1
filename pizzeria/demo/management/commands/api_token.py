from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pizzeria.demo import api_tokens
from pizzeria.demo.api_tokens import NoTokens
from pizzeria.foundation import clock
from pizzeria.users.demo_people import DEMO_PEOPLE


class Command(BaseCommand):
    help = "Print an access token of one of the demo's people, with which the API can be tried for 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", choices=[person.username for person in DEMO_PEOPLE])

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        [chosen] = [each for each in DEMO_PEOPLE if each.username == person]
        try:
            self.stdout.write(api_tokens.access_token(chosen, at=clock.now()))
        except NoTokens as reason:
            raise CommandError(str(reason)) from None
