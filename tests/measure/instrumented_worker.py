"""
`python -m tests.measure.instrumented_worker FILE CELERY…`: a worker that writes the start of each relay task to a file.
"""

import sys
import time
from pathlib import Path
from typing import Any

from celery.signals import task_prerun

from pizzeria.celery import app
from pizzeria.foundation.events import tasks


def main(file: str, *celery: str) -> None:
    def note(*, args: list[str], **_: Any) -> None:
        with Path(file).open("a") as notes:
            notes.writelines(f"{ref} {time.time()}\n" for ref in args)

    task_prerun.connect(note, sender=tasks.relay)
    app.worker_main(celery)


if __name__ == "__main__":
    main(*sys.argv[1:])
