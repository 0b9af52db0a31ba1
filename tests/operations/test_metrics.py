"""Metrics: counted by every process of a program, served for all programs of a machine, and not by the shop itself."""

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.request import urlopen

import pytest
from django.conf import settings as django_settings

from pizzeria.devtools.state_dir import ROOT
from pizzeria.operations import metrics
from pizzeria.users.roles import ADMIN
from tests.live.server_process import running_make_target
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA
from tests.races.test_killed import Browser
from tests.waiting import TIMEOUT

COUNTS_IN_TWO_PROCESSES = """
import os
from prometheus_client import Counter, Histogram

pizzas, seconds = Counter("test_pizzas", "Pizzas", ["kind"]), Histogram("test_seconds", "Seconds", buckets=[1, 2])
pizzas.labels("margherita").inc()
if child := os.fork():
    os.waitpid(child, 0)
    print("counted", flush=True)
    input()
else:
    pizzas.labels("margherita").inc()
    seconds.observe(1.5)
    os._exit(0)
"""


@pytest.fixture
def folder(tmp_path, settings):
    settings.METRICS_FOLDER = str(tmp_path / "metrics")
    return tmp_path / "metrics"


@pytest.fixture
def served(folder):
    """Return a function that reads what `make metrics` would serve, as lines."""
    server, thread = metrics.start_server("127.0.0.1:0")

    def read():
        with urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=TIMEOUT) as response:
            return response.read().decode().splitlines()

    yield read
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def running(program, code, folder):
    """Run a program that counts, until the block ends; yield its pid when it has printed a line."""
    command = [sys.executable, "-m", "pizzeria.operations.metrics", "run", program, "-c", code]
    variables = {**os.environ, "METRICS_FOLDER": str(folder)}
    with subprocess.Popen(
        command, env=variables, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == "counted\n"
        yield process.pid
        process.communicate("\n")  # which minds no process that has ended


def test_what_all_processes_of_a_program_have_counted_is_served_while_it_runs_and_each_program_apart(folder, served):
    with (
        running("worker", COUNTS_IN_TWO_PROCESSES, folder) as first,
        running("worker", COUNTS_IN_TWO_PROCESSES, folder) as second,
    ):
        lines = served()

    for pid in (first, second):
        assert f'test_pizzas_total{{kind="margherita",pid="{pid}",program="worker"}} 2.0' in lines
        assert f'test_seconds_bucket{{le="2.0",pid="{pid}",program="worker"}} 1.0' in lines
    assert len([line for line in lines if line.startswith("# TYPE test_pizzas_total")]) == 1
    assert served() == []


def test_a_program_that_starts_deletes_what_ended_ones_have_left_and_nothing_else(folder):
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    for name in (f"pages.{ended.pid}", f"pages.{os.getpid()}", f"streams.{os.getppid()}", f"other.{ended.pid}"):
        (folder / name).mkdir(parents=True)
        (folder / name / "counter_1.db").touch()

    assert list(metrics.new_folder("pages").iterdir()) == []

    left = {f"pages.{os.getpid()}", f"streams.{os.getppid()}", f"other.{ended.pid}"}
    assert {path.name for path in folder.iterdir()} == left


@pytest.mark.parametrize("unusable", ["", "/proc/nothing"], ids=["none", "unusable"])
def test_a_program_runs_without_a_folder_for_its_metrics(unusable):
    with running("pages", "print('counted', flush=True)", unusable):
        pass


@pytest.mark.django_db(transaction=True)
def test_the_processes_that_serve_pages_count_the_commands_of_guests(kitchen, client, folder, served):
    add(client)
    browser = Browser(client.cookies[django_settings.SESSION_COOKIE_NAME].value)

    with running_make_target("pages", METRICS_FOLDER=str(folder), WEB_CONCURRENCY="2") as pages:
        browser.port = pages.port
        browser.send({**browser.open_checkout(), **ANNA})
        [placed] = [line for line in served() if "orders.place_order" in line and line.startswith("pizzeria_commands")]

    assert 'outcome="done"' in placed
    assert 'program="pages"' in placed
    assert placed.endswith(" 1.0")


def test_the_shop_itself_serves_no_metrics_to_anybody(client, sign_in):
    assert client.get("/metrics").status_code == 404
    assert sign_in(ADMIN).get("/metrics").status_code == 404
