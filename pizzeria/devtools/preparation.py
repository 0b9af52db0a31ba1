"""
Management commands that prepare the demo's database before the shop opens.

They run in one process, because starting Django takes most of the time.
"""

import json
import os
import sys
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

from pizzeria import settings
from pizzeria.devtools import state_dir
from pizzeria.devtools.state_dir import UNKNOWN_MIGRATIONS_EXIT_CODE

SCHEMA_COMMANDS = ("check", "migrate")
DATA_COMMANDS = ("set_up_shop", "sync_roles", "set_up_demo", "demo_history", "make_token_key")


def main() -> None:
    django.setup()
    exit_if_migrated_by_another_version()
    _call(*SCHEMA_COMMANDS)
    flush_unfinished_history()
    _call(*DATA_COMMANDS)
    write_environment_file()


def exit_if_migrated_by_another_version() -> None:
    """
    Exit with a code of its own if another version of the shop has migrated the database.

    That is: a migration is applied that this version does not have, or one whose dependency in this version is not.
    """
    loader = MigrationLoader(connection)
    if unknown := sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
        print("Unknown migrations:", *(f"{app}.{name}" for app, name in unknown))
        sys.exit(UNKNOWN_MIGRATIONS_EXIT_CODE)
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as inconsistent:
        print(inconsistent)
        sys.exit(UNKNOWN_MIGRATIONS_EXIT_CODE)


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
    file = state_dir.demo_state_dir().environment_file
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        json.dump(variables, stream)


if __name__ == "__main__":
    main()
