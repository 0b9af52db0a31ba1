"""Whole orders of guests under load: from the pizza's page to that of the order."""

import json
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from http import HTTPStatus

from django.test import Client

from pizzeria.devtools.servers.processes import start_tied
from tests.live.server_process import ROOT
from tests.load import guests, visitors
from tests.load.everything_on import running_shop_with_everything_on
from tests.load.measurement import Load, Measurement
from tests.load.parts import WARMING_UP, Options, metered
from tests.load.running_shop import RunningShop, fresh_database, keeping_up, running_shop
from tests.measure.figures import count_statements

NAME = "whole flow"
PROCESSES = 2  # of guests
PHONES_PER_PROCESS = 1_000_000
FEWEST_SECONDS = 8  # of a load: a flow is five requests


def measure(options: Options) -> Iterator[Measurement]:
    """Measure whole orders; then again with limits, a webhook and a notification channel."""
    queries = 0
    for is_everything_on in (False, True):
        with ExitStack() as stack:
            stack.enter_context(fresh_database())
            if is_everything_on:
                shop = stack.enter_context(running_shop_with_everything_on(options.folder))
            else:
                shop = stack.enter_context(running_shop(with_worker=True))
                queries = _queries()
            stack.enter_context(keeping_up())
            metered(shop, lambda: _order(shop, 8, WARMING_UP))  # noqa: B023 - called at once
            for clients in options.clients:
                seconds = max(options.seconds, FEWEST_SECONDS)
                measured = metered(shop, lambda: _order(shop, clients, seconds, is_shown=True))  # noqa: B023 - the same
                yield Measurement(NAME, clients, *measured, queries=queries, is_everything_on=is_everything_on)


def _order(shop: RunningShop, clients: int, seconds: float, *, is_shown: bool = False) -> Load:
    """Order as some guests at once for some seconds; print how long each step took."""
    times, took = order_by_processes(shop.port, clients, seconds)
    if is_shown:
        steps = {step: statistics.median(each[step] for each in times) * 1000 for step in times[0]}
        print(f"  {clients} guests, p50 in ms:", ", ".join(f"{step} {each:.1f}" for step, each in steps.items()))
    return Load.of([sum(each.values()) for each in times], seconds=took)


def order_by_processes(port: int, clients: int, seconds: float) -> tuple[list[dict[str, float]], float]:
    """Return the seconds of each step of each order, and how long it took in all."""
    processes = min(clients, PROCESSES)
    with ExitStack() as stack:
        started = [
            stack.enter_context(_guests(port, clients // processes, seconds, process * PHONES_PER_PROCESS))
            for process in range(processes)
        ]
        for process in started:
            stack.callback(process.kill)
            assert process.stdout and process.stdout.readline() == b"ready\n"
        for process in started:
            assert process.stdin
            process.stdin.write(b"go\n")
            process.stdin.flush()
        answers = [json.loads(process.stdout.read() or b"{}") for process in started if process.stdout]
    if not all(answers):
        raise RuntimeError("Guests could not order: see the error above.")
    return [each for answer in answers for each in answer["times"]], max(answer["seconds"] for answer in answers)


def _guests(port: int, clients: int, seconds: float, offset: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.load.guests", *map(str, (port, clients, seconds, offset))]
    pipe = subprocess.PIPE
    return start_tied(command, stop_signal=signal.SIGKILL, cwd=ROOT, stdin=pipe, stdout=pipe)


class ClientBrowser:
    """A browser that sends its requests to the shop in this process."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, path: str) -> str:
        response = self._client.get(path)
        assert response.status_code == HTTPStatus.OK, path
        return response.content.decode()

    def post(self, path: str, form: Mapping[str, object]) -> str:
        response = self._client.post(path, form)
        assert response.status_code == HTTPStatus.FOUND, response.content.decode()
        return response["Location"]


def _queries() -> int:
    """Return the number of queries of a flow, as each step is taken in this process."""
    number = iter(range(90_000_000, 90_000_002))

    def order() -> None:
        guests.order_pizza(ClientBrowser(visitors.visitor()), phone=guests.phone_number(next(number)))

    order()  # which fills the caches of this process
    return count_statements(order)
