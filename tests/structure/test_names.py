"""What things are called: a thing with no better name than these has not been understood yet."""

import ast

import pytest

from pizzeria.devtools.state_dir import ROOT

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "constants", "misc"}

# The root holds only these, folders that the ignore file names, and dotfiles.
ROOT_HOLDS = {
    "manage.py",
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "README.md",
    "Makefile",
    "compose.yaml",
    "Dockerfile",
    "pizzeria",
    "orders",
    "kitchen",
    "menu",
    "templates",
    "static",
    "tests",
}


def code():
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_of_modules_and_packages_say_what_is_in_them():
    tests = list((ROOT / "tests").rglob("*.py"))

    assert [path for path in [*code(), *tests] if {path.stem, path.parent.name} & NO_NAMES] == []


def test_at_the_root_are_few():
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}

    assert found <= ROOT_HOLDS


@pytest.mark.parametrize("package", PACKAGES)
def test_are_imported_from_the_top(package):
    """An import inside a function is a cycle in disguise."""
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []
