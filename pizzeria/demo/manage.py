"""
`python -m pizzeria.demo.manage COMMAND …`: manage.py for the demo that is running, at whatever ports it has today.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from pizzeria.devtools import state_dir
from pizzeria.devtools.state_dir import ROOT


def main(arguments: Sequence[str]) -> NoReturn:
    """Become manage.py; say so and end when there is no demo to work beside."""
    demo = state_dir.demo_state_dir()
    if not demo.is_locked():
        sys.exit("The demo is not running. Open it with `make demo`, then try again from another terminal.")
    try:
        variables = json.loads(demo.variables.read_text())
    except FileNotFoundError:
        sys.exit("The demo is not open yet. Try again in a moment.")
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    os.execve(sys.executable, command, {**os.environ, **variables})  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
