"""
Management commands that prepare the demo's database before the shop opens.

They run in one process, because starting Django takes most of the time.
"""

import json
import os
from typing import Any

import django
from django.core.management import call_command

from pizzeria import settings
from pizzeria.devtools import state_dir

TABLES = ("check", "migrate")
CONTENTS = ("set_up_shop", "sync_roles", "set_up_demo", "demo_history")


def main() -> None:
    django.setup()
    _call(*TABLES)
    flush_unfinished_history()
    _call(*CONTENTS)
    write_environment_file()


def flush_unfinished_history() -> None:
    """
    Flush the database if the process that wrote the demo's history was killed before it had finished.

    The shop has not been open since then.
    """
    if state_dir.demo_state_dir().unfinished_history.exists():
        _call("flush", interactive=False)


def _call(*commands: str, **options: Any) -> None:
    for command in commands:
        print(f"== manage.py {command}", flush=True)
        call_command(command, **options)


def write_environment_file() -> None:
    """Write the variables that the settings read, passwords included, to a file for `demo.manage`; mode 0600."""
    names = ["DJANGO_SETTINGS_MODULE", "ENV_FILE", *settings.env.dump()]
    variables = {name: os.environ[name] for name in names if name in os.environ}
    file = state_dir.demo_state_dir().variables
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        json.dump(variables, stream)


if __name__ == "__main__":
    main()
