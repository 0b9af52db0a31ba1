"""Tests that a machine cannot run are counted in the summary; in CI none is left out."""

import os
import subprocess
import sys

import pytest

from pizzeria.devtools.state_dir import ROOT

NEEDY = ["tests/keycloak/test_realm_imported.py", "tests/e2e/test_first_trip.py"]
MESSAGES = ("with a real browser. There is no Chromium", "with a real keycloak. Keycloak runs on Java")
FIXTURES = """
import pytest

pytest_plugins = ["tests.required_tools"]


@pytest.fixture
def browser():
    pass


@pytest.fixture
def keycloak():
    pass
"""
TESTS = """
def test_with_a_browser(browser):
    pass


def test_with_keycloak(keycloak):
    pass
"""
FEW_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}
OF_THIS_RUN = ("CI", "JAVA_HOME", "PYTEST_XDIST_WORKER")


@pytest.fixture
def few_tests(tmp_path):
    """Return a directory with a test for each missing program, which start faster than the tests of the shop."""
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "pytest.ini").touch()
    (folder / "conftest.py").write_text(FIXTURES)
    (folder / "test_few.py").write_text(TESTS)
    return folder


@pytest.fixture
def run_pytest(tmp_path):
    """Return a function that runs pytest as if no program were installed, and returns its output."""

    def run(*arguments, cwd, **variables):
        bare = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *arguments],
            cwd=cwd,
            env={**bare, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    return run


def test_the_summary_counts_the_tests_that_were_left_out_in_one_sentence_for_each_reason(run_pytest):
    summary = run_pytest("--collect-only", *NEEDY, cwd=ROOT)

    assert all(summary.count(message) == 1 for message in MESSAGES)
    assert "::test_" not in summary


def test_several_workers_count_the_tests_that_were_left_out_once(run_pytest, few_tests):
    summary = run_pytest("-n2", cwd=few_tests, **FEW_PLUGINS)

    assert all(summary.count(f"Left out: 1 tests {message}") == 1 for message in MESSAGES)
    assert "::test_" not in summary


def test_no_test_is_left_out_in_ci(run_pytest, few_tests):
    summary = run_pytest("--collect-only", cwd=few_tests, CI="true", **FEW_PLUGINS)

    assert not any(message in summary for message in MESSAGES)
    assert all(test in summary for test in ("::test_with_a_browser", "::test_with_keycloak"))
