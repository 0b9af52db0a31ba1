"""Servers borrowed for one command."""

import signal
import sys
from pathlib import Path

import pytest

from tests.demo.conftest import Launch, Running, all_gone

BORROWED = "pizzeria.demo.borrowed_servers"
USE_BOTH = """
import os, psycopg, redis
database = psycopg.connect(os.environ["DATABASE_URL"])
print(database.execute("SELECT 'lower of ÀÉ is ' || lower('ÀÉ'), current_setting('fsync')").fetchone())
redis.Redis.from_url(os.environ["REDIS_URL"]).set("greeting", "buongiorno")
raise SystemExit(7)
"""
LIST_THEM = """
import os, pathlib, psycopg, time
print(*psycopg.connect(os.environ["DATABASE_URL"]).execute("SHOW data_directory").fetchone())
children = pathlib.Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text()
print(children, "all", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("origin", ["", "packages"])
def test_serve_a_command_whose_exit_code_they_hand_back(launch: Launch, origin: str) -> None:
    running = launch("-m", BORROWED, "--", sys.executable, "-c", USE_BOTH, SERVERS_FROM=origin)

    assert running.ends(seconds=40) == 7, running.said
    assert "('lower of ÀÉ is àé', 'on')" in running.said


def test_are_stopped_with_the_command_by_a_plain_kill(launch: Launch) -> None:
    running = launch("-m", BORROWED, "--", sys.executable, "-c", LIST_THEM)
    home, pids = _listed(running)

    running.process.terminate()

    assert running.ends() == 128 + signal.SIGTERM
    assert len(pids) == 3
    assert all_gone(pids)
    assert not home.exists()


def test_end_with_an_owner_that_is_killed_outright_and_are_swept_up_by_the_next(launch: Launch) -> None:
    running = launch("-m", BORROWED, "--", sys.executable, "-c", LIST_THEM)
    home, pids = _listed(running)

    running.process.kill()
    running.ends()
    assert all_gone(pids)
    assert home.exists()

    assert launch("-m", BORROWED, "--", "true").ends() == 0
    assert not home.exists()


def test_say_what_is_missing_when_the_command_is(launch: Launch) -> None:
    running = launch("-m", BORROWED, "--", "no-such-command")

    assert running.ends() == 1
    assert "no-such-command" in running.said
    assert "Traceback" not in running.said


def _listed(running: Running) -> tuple[Path, list[int]]:
    running.until("all\n")
    data, *pids = running.said.removesuffix("all\n").split()
    return Path(data).parent.parent, [int(pid) for pid in pids]
