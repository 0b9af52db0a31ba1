"""Names of modules, packages, identifiers and files at the root; and the place of imports."""

import ast
import re

import pytest

from pizzeria.devtools.state_dir import ROOT

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "constants", "misc"}
# Django imports a database backend by this name.
NAMED_BY_DJANGO = {ROOT / "pizzeria/operations/postgresql/base.py"}

# Identifiers of the first version that a standard term has replaced.
REPLACED = re.compile(
    r"""
    Noun | noun_ref | Fact | EventRelay | NotTold | Letter | Extra | Notice | News | SignIn | Caller | \w+Picture
    | front_desk | kitchen_line | facts | errands | token_door | stationery | reckoning | shop_window
    | adopt_order | take_notice | settle_notice | take_off | put_back | requote
    | cooking_places | news_since | unanswered
    """,
    re.VERBOSE,
)

# The root holds only these, and names that begin with a dot or two underscores.
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


def test_no_module_and_no_package_has_a_generic_name():
    tests = list((ROOT / "tests").rglob("*.py"))

    named = [path for path in [*code(), *tests] if {path.stem, path.parent.name} & NO_NAMES]
    assert set(named) == NAMED_BY_DJANGO


def test_the_root_of_the_repository_holds_only_the_listed_files_and_folders():
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}

    assert found <= ROOT_HOLDS


@pytest.mark.parametrize("package", PACKAGES)
def test_no_import_is_inside_a_function(package):
    """An import inside a function hides a cycle of imports."""
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def identifiers(path):
    """Yield every name that a module defines, imports or uses, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((name, node.lineno) for each in names for name in (*module.split("."), each.name))


@pytest.mark.parametrize("package", PACKAGES)
def test_replaced_identifiers_are_not_used_again(package):
    used = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in (ROOT / package).rglob("*.py")
        for name, line in identifiers(path)
        if REPLACED.fullmatch(name)
    ]

    assert used == []


def test_replaced_identifiers_are_not_used_in_templates_and_scripts():
    """Words with an underscore only: guests may read others, such as “news”."""
    used = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("templates", "static")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in {".html", ".txt", ".js", ".css"}
        for name in re.findall(r"\w+_\w+", path.read_text())
        if REPLACED.fullmatch(name)
    ]

    assert used == []
