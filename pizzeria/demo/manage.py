"""
`python -m pizzeria.demo.manage COMMAND …`: run manage.py with the environment (and the ports) of the running demo.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from pizzeria.devtools import state_dir
from pizzeria.devtools.state_dir import ROOT


def main(arguments: Sequence[str]) -> NoReturn:
    """Replace this process with manage.py; exit with an error message if no demo is running or it is not open yet."""
    demo = state_dir.demo_state_dir()
    if not demo.is_locked():
        sys.exit("The demo is not running. Open it with `make demo`, then try again from another terminal.")
    try:
        variables = json.loads(demo.environment_file.read_text())
    except FileNotFoundError:
        sys.exit("The demo is not open yet. Try again in a moment.")
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    os.execve(sys.executable, command, {**os.environ, **variables})  # noqa: S606 - no shell is needed


if __name__ == "__main__":
    main(sys.argv[1:])
