"""Ephemeral servers, which run for one command."""

import signal
import sys
from pathlib import Path

import pytest

from pizzeria.devtools.servers import descendants
from tests.devtools.launching import Launch, Running, records_of, wait_until_ended

EPHEMERAL_SERVERS = "pizzeria.devtools.ephemeral_servers"
USE_BOTH_SERVERS = """
import os, psycopg, redis, tempfile
database = psycopg.connect(os.environ["DATABASE_URL"])
print(database.execute("SELECT 'lower of ÀÉ is ' || lower('ÀÉ'), current_setting('fsync')").fetchone())
redis.Redis.from_url(os.environ["REDIS_URL"]).set("greeting", "buongiorno")
print('temporary:', tempfile.mkdtemp(), flush=True)
raise SystemExit(7)
"""
LOWER_AND_FSYNC = "('lower of ÀÉ is àé', 'on')"
PRINT_FOLDERS = """
import os, psycopg, tempfile, time
with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    print(*database.execute("SHOW data_directory").fetchone())
print(tempfile.mkdtemp(), "all", flush=True)
time.sleep(600)
"""


def test_ephemeral_servers_from_packages_serve_a_command_and_exit_with_its_exit_code(launch: Launch) -> None:
    running = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", USE_BOTH_SERVERS, SERVERS_FROM="packages")

    assert running.wait_for_exit() == 7, running.output
    assert LOWER_AND_FSYNC in running.output


def test_ephemeral_servers_and_their_command_are_stopped_by_sigterm(launch: Launch) -> None:
    running = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", PRINT_FOLDERS)
    home, _scratch = _folders(running)
    processes = records_of(descendants.running(running.process.pid))

    running.process.terminate()

    assert running.wait_for_exit() == 128 + signal.SIGTERM
    assert len(processes) >= 4  # both servers, the guard and the command
    wait_until_ended(processes)
    assert not home.exists()


def test_ephemeral_servers_end_when_their_run_is_killed_and_the_next_run_removes_their_data(launch: Launch) -> None:
    running = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", PRINT_FOLDERS)
    home, scratch = _folders(running)
    processes = records_of(descendants.running(running.process.pid))

    running.process.kill()
    running.wait_for_exit()
    wait_until_ended(processes)

    assert launch("-m", EPHEMERAL_SERVERS, "--", "true").wait_for_exit() == 0
    assert not home.exists()
    assert not scratch.exists()


def test_ephemeral_servers_name_a_command_that_does_not_exist(launch: Launch) -> None:
    running = launch("-m", EPHEMERAL_SERVERS, "--", "no-such-command")

    assert running.wait_for_exit() == 1
    assert "no-such-command" in running.output
    assert "Traceback" not in running.output


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody adopts orphans")
def test_ephemeral_servers_stop_and_name_a_process_that_their_command_has_left_running(launch: Launch) -> None:
    leave = "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)"

    running = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", leave)

    assert running.wait_for_exit() == 0, running.output
    assert "The command left running, stopped now: sleep 600 (process" in running.output


def test_temporary_files_of_a_failed_command_are_kept_until_the_next_run_of_ephemeral_servers(
    launch: Launch, tmp_path: Path
) -> None:
    write = "import tempfile; print(tempfile.mkdtemp(), flush=True)"

    failed = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", USE_BOTH_SERVERS, TMPDIR=str(tmp_path))
    assert failed.wait_for_exit() == 7, failed.output
    assert LOWER_AND_FSYNC in failed.output
    left = Path(failed.output.partition("temporary: ")[2].split()[0])
    assert left.exists()
    assert f"kept until the next run: {left.parent}" in failed.output

    succeeded = launch("-m", EPHEMERAL_SERVERS, "--", sys.executable, "-c", write, TMPDIR=str(tmp_path))
    assert succeeded.wait_for_exit() == 0
    assert not left.exists()
    assert not Path(succeeded.output.strip()).exists()


def _folders(running: Running) -> tuple[Path, Path]:
    running.wait_for_output(" all\n")
    data, temporary, *_rest = running.output.split()
    return Path(data).parent.parent, Path(temporary).parent
