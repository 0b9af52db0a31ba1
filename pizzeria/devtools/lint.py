"""`make lint`: run every check, show the output of those that failed, and name them at the end."""

import shlex
import subprocess
import sys

from pizzeria.devtools import environment
from pizzeria.devtools.progress import say
from pizzeria.devtools.state_dir import ROOT

CHECKS = {
    "style": "-m ruff check",
    "format": "-m ruff format --check",
    "types": "-m mypy",
    "layers": "-c 'from importlinter import cli; cli.lint_imports_command()'",
    "template format": "-m djlint --check --quiet templates",
    "templates": "-m djlint --lint --quiet templates",
    "system checks": "-m django check",
    # makemigrations also compares with the migrations applied in the database, and warns that it cannot connect.
    "migrations": "-W 'ignore:Got an error checking:RuntimeWarning' -m django makemigrations --check --dry-run",
    "test modules": "-m pytest --collect-only --quiet",  # a broken import shows here and not after ten minutes
}


def main() -> int:
    # The settings require these values; no check connects to them.
    variables = environment.shop_environment(
        secret_key="nothing is signed with this key while the code is checked",  # noqa: S106
        database_url="postgresql://nobody@127.0.0.1:9/nothing",
        redis_url="redis://127.0.0.1:9/0",
        origin="http://localhost:8000",
    )
    failed = []
    for name, check in CHECKS.items():
        say(f"== {name}")
        result = subprocess.run(
            [sys.executable, *shlex.split(check)],
            cwd=ROOT,
            env=variables,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if result.returncode:
            say(result.stdout)
            failed.append(name)
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
