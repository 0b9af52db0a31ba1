"""
A plugin that leaves out tests which this machine cannot run, and counts them in the summary; with CI=true they fail.
"""

import os
import shutil

import pytest

from pizzeria.devtools.keycloak import install
from tests.chromium import CHROMIUM

NGINX, CADDY = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("caddy")
IN_CI = os.environ.get("CI") == "true"
MISSING = {  # by fixture: why it is not available here, or an empty text
    "browser": lambda: "" if CHROMIUM else "There is no Chromium on this machine.",
    "keycloak": install.missing_requirement,
    "proxy": lambda: "" if NGINX and CADDY else "There is no nginx or no Caddy on this machine.",
}

_left_out = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config, items):
    config.stash[_left_out] = sentences = []
    for fixture, missing in MISSING.items():
        asking = [item for item in items if fixture in item.fixturenames]
        if asking and not IN_CI and (why := missing()):
            sentences.append(f"Left out: {len(asking)} tests with a real {fixture}. {why}")
            items[:] = [item for item in items if item not in asking]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # one of several workers, each of which collects all tests
        session.config.workeroutput["left out"] = session.config.stash.get(_left_out, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    node.config.stash[_left_out] = getattr(node, "workeroutput", {}).get("left out", [])


def pytest_terminal_summary(terminalreporter, config):
    for message in config.stash.get(_left_out, []):
        terminalreporter.write_line(message, yellow=True)
