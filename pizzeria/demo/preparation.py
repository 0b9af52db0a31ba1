"""What is done to the demo's database before the shop opens, in one process: starting Django takes most of the time."""

import django
from django.core.management import call_command

COMMANDS = ("check", "migrate", "set_up_shop", "sync_roles", "set_up_demo")


def main() -> None:
    django.setup()
    for command in COMMANDS:
        print(f"== manage.py {command}", flush=True)
        call_command(command)


if __name__ == "__main__":
    main()
