"""
Prometheus metrics: counted by all processes of a program, and served on a port of their own.

A program (`make pages`, `make streams`, `make worker`) has several processes. They count into the files of one folder,
`<METRICS_FOLDER>/<program>.<pid>`, of which `make metrics` serves the sums, for all programs on this machine that run.

The shop itself has no address for them: a rule about who may read them there would depend on headers that proxies and
clients write. The port is passed on by no proxy, and is bound to this machine by default.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import NoReturn
from wsgiref.simple_server import WSGIServer

from django.conf import settings
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_RUN = re.compile(r"(?P<program>pages|streams|worker)\.(?P<pid>\d+)")


def main(arguments: Sequence[str]) -> None:
    """
    Run a program that counts, or serve what all of them have counted.

    :param arguments: `run PROGRAM`, followed by those of the program's Python; or `serve HOST:PORT`
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pizzeria.settings")
    match arguments:
        case ["run", program, *command]:
            run(program, command)
        case ["serve", bind]:
            if not settings.METRICS_FOLDER:
                sys.exit("METRICS_FOLDER is not set, so that nothing is counted.")
            _server, thread = start_server(bind)
            thread.join()


def run(program: str, command: Sequence[str]) -> NoReturn:
    """Replace this process by a program whose processes count into a new folder; in memory if there can be none."""
    if settings.METRICS_FOLDER:
        try:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(new_folder(program))
        except OSError as problem:  # no reason to close the shop
            sys.stderr.write(f"METRICS_FOLDER cannot be used, so that nothing is counted: {problem}\n")
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - a command of the Makefile


def new_folder(program: str) -> Path:
    """Return a new folder for this process and its children, and delete those of programs that have ended."""
    for _program, pid, folder in _folders():
        if not _is_alive(pid) or pid == os.getpid():  # an earlier process may have had this one's pid
            with suppress(OSError):  # of another user, or deleted meanwhile by another program that starts
                for file in folder.glob("*.db"):
                    file.unlink()
                folder.rmdir()
    mine = Path(settings.METRICS_FOLDER) / f"{program}.{os.getpid()}"
    mine.mkdir(parents=True)
    return mine


def start_server(bind: str) -> tuple[WSGIServer, Thread]:
    """
    Serve the metrics from a thread.

    :param bind: host and port
    """
    host, _colon, port = bind.rpartition(":")
    registry = CollectorRegistry()
    registry.register(RunningPrograms())
    return start_http_server(int(port), host.strip("[]"), registry)


class RunningPrograms(Collector):
    """The metrics of all programs that run on this machine; each sample has the program and its pid as labels."""

    def collect(self) -> Iterable[Metric]:
        metrics: dict[str, Metric] = {}
        for program, pid, folder in _folders():
            if not _is_alive(pid):
                continue
            for counted in MultiProcessCollector.merge([str(file) for file in folder.glob("*.db")]):  # type: ignore[no-untyped-call]
                metric = metrics.setdefault(counted.name, Metric(counted.name, counted.documentation, counted.type))
                for sample in counted.samples:
                    metric.add_sample(sample.name, {**sample.labels, "program": program, "pid": str(pid)}, sample.value)
        return metrics.values()


def _folders() -> Iterator[tuple[str, int, Path]]:
    """Yield program, pid and folder of each run."""
    for folder in sorted(Path(settings.METRICS_FOLDER).glob("*.*")):
        if (named := _RUN.fullmatch(folder.name)) and folder.is_dir():
            yield named["program"], int(named["pid"]), folder


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
