"""What the README says of commands, files and roles is so."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from pizzeria.foundation.scopes import Scope
from pizzeria.users.roles import ROLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_names_only_files_that_exist():
    named = re.findall(r"`([a-z_]+/[\w/.-]+\.(?:py|html))`", README) + re.findall(r"\]\(([\w/.-]+\.png)\)", README)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_names_only_targets_and_commands_that_exist():
    makefile = (ROOT / "Makefile").read_text()

    targets = set(re.findall(r"make ([a-z-]+)", README)) - {"it", "them"}
    commands = set(re.findall(r"manage\.py\s+(\w+)", README))

    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
    assert commands <= set(get_commands())


@pytest.mark.parametrize("role", [role for role in ROLES if role.group], ids=lambda role: role.name)
def test_roles_table_has_every_role_with_its_group(role):
    names = ", ".join(f"`{name}`" for name in role.names)

    assert f"| {names} | {role.group} |" in README


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_roles_table_has_the_scopes_of_every_role(role):
    all_but_one = set(role.scopes) == set(Scope) - {Scope.ADMIN}
    scopes = "all but `admin`" if all_but_one else " ".join(f"`{scope}`" for scope in Scope if scope in role.scopes)

    assert re.search(rf"^\| `{role.name}`.* \| {re.escape(scopes)}(: all)? \|$", README, re.MULTILINE)


def test_lists_every_target_of_the_makefile():
    for target in re.findall(r"^([a-z][a-z-]*):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE):
        assert f"make {target}" in README or f"`{target}`" in README


def test_example_environment_names_every_variable_that_the_settings_read():
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', (ROOT / "pizzeria" / "settings.py").read_text()))
    offered = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == offered
