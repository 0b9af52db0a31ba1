"""The internals of allauth that the shop uses: they carry no promise, so a newer version of it may change each."""

import ast
import inspect
import tomllib
from importlib import import_module
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from pizzeria.devtools.state_dir import ROOT

# What the shop calls, with the names of its parameters; None: a module or a value that it replaces.
INTERNALS = {
    "allauth.account.auth_backends.AuthenticationBackend._check_password": ("self", "user", "password"),
    "allauth.account.auth_backends.AuthenticationBackend._stash_user": ("user",),
    "allauth.account.internal.flows.login.perform_login": ("request", "login"),
    "allauth.account.internal.stagekit.clear_login": ("request",),
    "allauth.core.internal.ratelimit.cache": None,
    "allauth.core.internal.ratelimit.decorator": ("rl_kwargs",),
    "allauth.mfa.base.internal.flows.post_authentication": (
        "request",
        "authenticator",
        "reauthenticated",
        "passwordless",
    ),
    "allauth.mfa.webauthn.internal.auth.begin_authentication": ("user",),
    "allauth.mfa.webauthn.internal.auth.begin_registration": ("user", "passwordless"),
    "allauth.mfa.webauthn.internal.auth.complete_authentication": ("user", "response"),
    "allauth.mfa.webauthn.internal.auth.parse_authentication_response": ("response",),
    "allauth.mfa.webauthn.internal.flows.remove_authenticator": ("request", "authenticator"),
}


def imported_internals():
    """Return the names that the shop imports of allauth's internal packages, as `package.name`."""
    found = set()
    for file in (ROOT / "pizzeria").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("allauth."):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names if alias.name.startswith("allauth.")}
    return {name for name in found if ".internal" in name}


def test_every_internal_of_allauth_that_is_imported_is_listed_here():
    imported = imported_internals()

    assert imported
    assert [name for name in imported if not any(f"{listed}.".startswith(f"{name}.") for listed in INTERNALS)] == []
    assert [
        listed
        for listed in INTERNALS
        if ".internal." in listed and not any(f"{listed}.".startswith(f"{name}.") for name in imported)
    ] == []


@pytest.mark.parametrize(("name", "parameters"), INTERNALS.items())
def test_each_internal_of_allauth_exists_with_the_parameters_that_the_shop_uses(name, parameters):
    owner, _dot, attribute = name.rpartition(".")
    found = getattr(resolved(owner), attribute)

    assert parameters is None or tuple(inspect.signature(found).parameters) == parameters


def resolved(name):
    """Return the module or the class of this name."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        module, _dot, attribute = name.rpartition(".")
        return getattr(import_module(module), attribute)


def test_allauth_is_pinned_to_the_minor_version_whose_internals_are_known():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    [pinned] = [each for each in map(Requirement, dependencies) if each.name == "django-allauth"]
    major, minor, _patch = map(int, version("django-allauth").split("."))

    assert pinned.specifier.contains(version("django-allauth"))
    assert not pinned.specifier.contains(f"{major}.{minor + 1}.0")
