"""Where the servers' data lies when the account that runs them cannot reach the checkout."""

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pizzeria.devtools.ephemeral_servers import temporary_state_dir
from pizzeria.devtools.servers import data_dirs, programs, stack
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.state_dir import StateDir

ROOT_ONLY = os.geteuid() == 0


@pytest.fixture(autouse=True)
def _gone_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep every data directory where the next run of the tests finds it."""
    with temporary_state_dir() as home:
        monkeypatch.setattr(data_dirs, "PERMANENT", home.folder)
        yield


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder as root's home is: nobody else passes."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize("origin", ["", "packages"])
def test_serve_from_under_a_closed_folder(closed: Path, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVERS_FROM", origin)
    home = closed / "demo"

    with stack.running(home) as servers, psycopg.connect(servers.database.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    with stack.running(home) as servers, psycopg.connect(servers.database.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)

    removed = data_dirs.clear(home)
    assert len(removed) == (2 if ROOT_ONLY else 1)
    assert not any(folder.exists() for folder in removed)


def test_are_not_those_a_stranger_made_after_ours_were_swept(closed: Path) -> None:
    home = closed / "demo"
    first = data_dirs.data_dir_in(home).folder
    if first == home:
        return  # ours to run, ours to reach: there is no room elsewhere

    first.rmdir()
    first.symlink_to("/")
    second = data_dirs.data_dir_in(home).folder

    first.unlink()
    assert second not in (first, Path("/"))
    assert data_dirs.clear(home) == [second, home]


def test_hold_a_copy_of_a_packaged_program_that_is_closed_to_the_account(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERS_FROM", "packages")
    packaged = programs.postgres()
    for part in packaged.parts:
        shutil.copytree(packaged.root / part, closed / part, ignore=shutil.ignore_patterns("include"))
    room = data_dirs.data_dir_in(closed / "demo")

    executable = room.executable(dataclasses.replace(packaged, root=closed))

    says = subprocess.run(
        [executable.parent / "initdb", "--version"],
        user=room.account.uid if room.account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    data_dirs.clear(closed / "demo")
    assert says.stdout.startswith("initdb (PostgreSQL)"), says.stderr


def test_keep_data_that_another_version_made_from_being_read(demo_home: StateDir) -> None:
    data = data_dirs.data_dir_in(demo_home.folder).place("postgres") / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9")

    with pytest.raises(ServerUnavailable, match="make demo-reset"), stack.running(demo_home.folder):
        pass
