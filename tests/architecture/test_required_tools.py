"""Tests that a machine cannot run are counted in the summary; in CI none is left out."""

import os
import subprocess
import sys

import pytest

from pizzeria.devtools.state_dir import ROOT

NEEDY = ["tests/keycloak/test_realm_imported.py", "tests/e2e/test_first_trip.py"]
MESSAGES = ("with a real browser. There is no Chromium", "with a real keycloak. Keycloak runs on Java")


OF_THIS_RUN = ("CI", "JAVA_HOME", "PYTEST_XDIST_WORKER")


@pytest.fixture
def collected(tmp_path):
    """Return a function that runs pytest on NEEDY as if no program were installed, and returns its output."""

    def says(*options, **variables):
        bare = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *options, *NEEDY],
            cwd=ROOT,
            env={**bare, "PATH": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    return says


@pytest.mark.parametrize("options", [["--collect-only"], ["-n2"]], ids=["one process", "several workers"])
def test_the_summary_counts_the_tests_that_were_left_out_in_one_sentence_for_each_reason(collected, options):
    summary = collected(*options)

    assert all(summary.count(message) == 1 for message in MESSAGES)
    assert "::test_" not in summary


def test_no_test_is_left_out_in_ci(collected):
    summary = collected("--collect-only", CI="true")

    assert not any(message in summary for message in MESSAGES)
    assert all(f"{file}::test_" in summary for file in NEEDY)
