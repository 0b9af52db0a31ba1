"""Who may import whom: each contract in pyproject.toml, shown to notice what it forbids."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from pizzeria.devtools.state_dir import ROOT

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# A line that must not be there, where it must not be, and the contract that says so.
TRESPASSES = {
    "the menu asks the kitchen": ("menu/prices.py", "import kitchen.models", "Calls go down"),
    "the kitchen asks the desk": ("kitchen/services/queue.py", "import orders.models", "Calls go down"),
    "the desk asks the shop": ("orders/selectors/basket.py", "import pizzeria.users.roles", "Apps know of pizzeria"),
    "the kitchen asks who somebody is": ("kitchen/views.py", "import pizzeria.users.models", "Apps know of pizzeria"),
    "the menu reads the settings' file": ("menu/models.py", "import pizzeria.settings", "Apps know of pizzeria"),
    "the foundation knows an app": ("pizzeria/foundation/clock.py", "import menu.models", "The foundation knows none"),
    "the foundation knows people": (
        "pizzeria/foundation/actor.py",
        "import pizzeria.users.roles",
        "The foundation knows none",
    ),
    "a desk's model serves": ("orders/models/order.py", "import orders.services", "Inside the desk"),
    "a desk's selector writes": ("orders/selectors/order.py", "import orders.services", "Inside the desk"),
    "a desk's service shows a page": ("orders/services/checkout.py", "import orders.views", "Inside the desk"),
    "a line's model promises": ("kitchen/models.py", "import kitchen.promises", "Inside the line"),
    "a line's selector writes": ("kitchen/selectors.py", "import kitchen.services", "Inside the line"),
    "a price reads the offers": ("menu/prices.py", "import menu.catalogue", "Inside the menu"),
    "a menu's selector writes": ("menu/selectors.py", "import menu.services", "Inside the menu"),
    "a picture knows a row": ("menu/illustrations/__init__.py", "import menu.models", "Inside the menu"),
}


@pytest.fixture
def copy(tmp_path):
    """The shop's code and contracts, to be trespassed in."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_all_but_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _all_but_code(folder, names):
    return [name for name in names if name == "__pycache__" or ("." in name and not name.endswith(".py"))]


def broken_in(tree):
    """Check the contracts in a tree; give the names of those that are broken."""
    answer = subprocess.run(
        [sys.executable, "-c", "from importlinter import cli; cli.lint_imports_command()", "--no-cache"],
        cwd=tree,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = re.findall(r"^(.+) BROKEN\b", answer.stdout, re.MULTILINE)
    assert answer.returncode == (1 if broken else 0), answer.stdout + answer.stderr
    return broken


def test_are_kept(copy):
    assert broken_in(copy) == []


@pytest.mark.parametrize(("file", "line", "contract"), TRESPASSES.values(), ids=TRESPASSES)
def test_notice(copy, file, line, contract):
    path = copy / file
    path.write_text(f"{path.read_text()}\n{line}\n")

    assert any(name.startswith(contract) for name in broken_in(copy))


def test_are_shown_to_notice_something_each():
    shown = {contract for _file, _line, contract in TRESPASSES.values()}

    assert [each["name"] for each in CONTRACTS if not any(each["name"].startswith(name) for name in shown)] == []
