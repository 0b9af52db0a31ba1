"""Preparation of the demo's database before the shop opens."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from pizzeria.devtools import preparation, supervisor
from pizzeria.devtools.state_dir import UNKNOWN_MIGRATIONS_EXIT_CODE, StateDir


def test_a_database_with_migrations_of_another_version_is_refused(db, capsys):
    MigrationRecorder.Migration.objects.create(app="people", name="0001_initial")

    with pytest.raises(SystemExit) as exit_:
        preparation.exit_if_migrated_by_another_version()

    assert exit_.value.code == UNKNOWN_MIGRATIONS_EXIT_CODE
    assert "people.0001_initial" in capsys.readouterr().out


def test_a_database_of_a_version_with_the_same_migrations_in_other_apps_is_refused(db, capsys):
    MigrationRecorder.Migration.objects.filter(app="customers").delete()

    with pytest.raises(SystemExit) as exit_:
        preparation.exit_if_migrated_by_another_version()

    assert exit_.value.code == UNKNOWN_MIGRATIONS_EXIT_CODE
    assert "customers.0001_initial" in capsys.readouterr().out


def test_a_database_with_the_migrations_of_this_version_is_accepted(db):
    preparation.exit_if_migrated_by_another_version()


def test_the_demo_says_how_to_delete_data_of_another_version(tmp_path, monkeypatch):
    class Preparation:
        def wait(self):
            return UNKNOWN_MIGRATIONS_EXIT_CODE

        def stop(self):
            pass

    monkeypatch.setattr(supervisor, "_child", lambda *_: Preparation())

    with pytest.raises(supervisor.StartFailed, match=r"another version of the shop.*`make demo-reset` deletes them"):
        supervisor._prepare(StateDir(tmp_path), {})
