from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pizzeria.operations import signal_map


class Command(BaseCommand):
    help = "Print every signal of the shop, when it is sent, and its receivers; with --write, update the README."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="replace the map in the README")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if not write:
            self.stdout.write(signal_map.as_markdown())
            return
        readme = settings.ROOT / "README.md"
        try:
            readme.write_text(signal_map.insert_into(readme.read_text()))
        except ValueError as missing:
            raise CommandError(str(missing)) from None
