"""The READMEs agree with the code on files, commands, settings and roles."""

import re
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import get_commands
from packaging.specifiers import SpecifierSet

from pizzeria.devtools.setup import SUPPORTED_VERSIONS
from pizzeria.foundation.scopes import Scope
from pizzeria.users.roles import ROLES

ROOT = Path(__file__).parents[2]
PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
PATHS = [
    ROOT / "README.md",
    *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("README.md")),
]
README, *OF_PACKAGES = (path.read_text() for path in PATHS)
ALL = "\n".join([README, *OF_PACKAGES])
MAKEFILE = (ROOT / "Makefile").read_text()
SETTINGS = (ROOT / "pizzeria" / "settings.py").read_text()

SUFFIXES = {".css", ".html", ".js", ".json", ".md", ".png", ".py", ".sql", ".toml", ".txt"}
READ_BY_OTHERS = {"WEB_CONCURRENCY", "SSL_CERT_FILE"}  # by gunicorn; by OpenSSL

each_readme = pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))


def paths_in(text):
    """Return what looks like a path of the repository: relative, in backticks, with a slash or a known suffix."""
    named = re.findall(r"`(\w[\w.-]*(?:/[\w.-]+)*/?)`", text)
    return [name for name in named if "/" in name or Path(name).suffix in SUFFIXES]


def links_in(text):
    """Return the links and images of a page that lead to no other host, as (path, anchor)."""
    return re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text)


def anchors_of(path):
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@each_readme
def test_every_file_and_folder_that_a_readme_names_exists(path):
    named = paths_in(path.read_text())

    assert named
    assert [name for name in named if not ((ROOT / name).exists() or (path.parent / name).exists())] == []


@each_readme
def test_every_link_of_a_readme_leads_to_a_file_and_a_heading_that_exist(path):
    links = links_in(path.read_text())
    targets = [((path.parent / file if file else path).resolve(), anchor) for file, anchor in links]

    assert [str(target) for target, _anchor in targets if not target.exists()] == []
    assert [anchor for target, anchor in targets if anchor and anchor not in anchors_of(target)] == []


def test_the_main_readme_links_to_every_other_readme():
    linked = {(ROOT / file).resolve() for file, _anchor in links_in(README) if file}

    assert OF_PACKAGES
    assert set(PATHS[1:]) <= linked


def test_every_folder_in_the_layout_of_the_readme_exists():
    layout = README.partition("## Layout")[2].partition("\n## ")[0]
    folders, parent = [], ROOT
    for indent, name in re.findall(r"^ {4}( {2})?(\w+)/", layout, re.MULTILINE):
        folders.append((parent if indent else ROOT) / name)
        parent = parent if indent else ROOT / name

    assert ROOT / "pizzeria" / "foundation" in folders
    assert [folder for folder in folders if not folder.is_dir()] == []


def test_every_make_target_and_management_command_that_a_readme_names_exists():
    targets = set(re.findall(r"make ([a-z-]+)", ALL)) - {"it", "them"}
    commands = set(re.findall(r"manage\.py\s+(\w+)", ALL))

    assert [target for target in targets if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)] == []
    assert commands <= set(get_commands())


def test_every_make_target_is_named_in_a_readme():
    for target in re.findall(r"^([a-z][a-z-]*):.*##", MAKEFILE, re.MULTILINE):
        assert re.search(rf"make {target}(?![\w-])|`{target}`", ALL), target


def test_every_python_that_a_readme_names_for_a_real_shop_is_one_that_the_packages_accept():
    """Debian 12's `python3` is 3.11, for which there is no Django 6."""
    [required] = re.findall(r'^requires-python = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    accepted = {version for version in map("3.{}".format, range(9, 20)) if SpecifierSet(required).contains(version)}
    named = re.findall(r"(?:python|--python |Python |or )(3\.\d+)", ALL)

    assert accepted == set(SUPPORTED_VERSIONS)
    assert set(named) == accepted
    assert "python3 -m venv" not in ALL


def test_every_environment_variable_that_a_readme_names_is_used():
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", ALL))

    assert "OIDC_ISSUER" in named
    assert [name for name in named - READ_BY_OTHERS if not re.search(rf"\b{name}\b", SETTINGS + MAKEFILE)] == []


def test_the_example_environment_names_every_variable_that_the_settings_read():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    offered = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == offered


@pytest.mark.parametrize("role", [role for role in ROLES if role.group], ids=lambda role: role.name)
def test_the_readmes_table_of_roles_has_every_role_with_its_group(role):
    names = ", ".join(f"`{name}`" for name in role.names)

    assert f"| {names} | {role.group} |" in README


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_the_readmes_table_of_roles_has_the_scopes_of_every_role(role):
    all_but_one = set(role.scopes) == set(Scope) - {Scope.ADMIN}
    scopes = "all but `admin`" if all_but_one else " ".join(f"`{scope}`" for scope in Scope if scope in role.scopes)

    assert re.search(rf"^\| `{role.name}`.* \| {re.escape(scopes)}(: all)? \|$", README, re.MULTILINE)


def interval_of(schedule):
    if isinstance(schedule, crontab):
        [hour], [minute] = schedule.hour, schedule.minute
        return f"daily, {hour:02}:{minute:02} UTC"
    return f"{schedule // 60} min" if schedule > 60 else f"{schedule} s"


def test_the_readme_of_operations_lists_each_periodic_task_with_its_interval():
    rows = re.findall(
        r"^\| `([a-z-]+)` \| ([^|]+) \|", (ROOT / "pizzeria" / "operations" / "README.md").read_text(), re.MULTILINE
    )
    schedule = {name: interval_of(entry["schedule"]) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()}

    assert len(rows) == len(dict(rows))
    assert dict(rows) == {"print-due-tickets": "10 s", **schedule}  # which a shop without a printer does not have
