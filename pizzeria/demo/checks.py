"""`make lint`: every check, even after one has failed; what failed is named at the end."""

import subprocess
import sys

from pizzeria.demo import environment
from pizzeria.demo.home import ROOT
from pizzeria.demo.progress import say

CHECKS = {
    "style": ["ruff", "check"],
    "format": ["ruff", "format", "--check"],
    "types": ["mypy", "."],
    "layers": ["importlinter.cli", "lint-imports"],
    "template format": ["djlint", "--check", "--quiet", "templates"],
    "templates": ["djlint", "--lint", "--quiet", "templates"],
    "migrations": ["django", "makemigrations", "--check", "--dry-run"],
}


def main() -> int:
    # Settings want values; nothing connects to them.
    variables = environment.shop(
        secret_key="nothing is signed with this key while the code is checked",  # noqa: S106
        database_url="postgresql://nobody@127.0.0.1:9/nothing",
        redis_url="redis://127.0.0.1:9/0",
        origin="http://localhost:8000",
    )
    failed = []
    for name, (module, *arguments) in CHECKS.items():
        say(f"== {name}: {module} {' '.join(arguments)}")
        if subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=variables).returncode:
            failed.append(name)
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nAll is well.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
