from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pizzeria.foundation.actor import SYSTEM
from pizzeria.people.models import User
from pizzeria.people.roles import ROLES
from pizzeria.people.services import set_role


class Command(BaseCommand):
    help = "Gives a local person exactly one role, for shops without a sign-in server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=[role.name for role in ROLES if role.group])

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is nobody called {options['username']}.")
        role = next(role for role in ROLES if role.name == options["role"])
        set_role(user=user, role=role, by=SYSTEM)
        self.stdout.write(f"{user} is {role.name} now. A session that is open notices at the next sign-in.")
