"""The servers' data directory if the account that runs them cannot enter the requested directory."""

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
    """Put every data directory where the next test run removes it if this one is killed."""
    with temporary_state_dir() as home:
        monkeypatch.setattr(data_dirs, "FALLBACK_PARENT", home.folder)
        yield


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """Return a directory that only its owner can enter, like root's home."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize("origin", ["", "packages"])
def test_servers_keep_their_data_if_their_account_cannot_enter_the_requested_directory(
    closed: Path, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERS_FROM", origin)
    home = closed / "demo"

    with stack.running(home) as servers, psycopg.connect(servers.database.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    with stack.running(home) as servers, psycopg.connect(servers.database.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)

    removed = data_dirs.clear(home)
    assert len(removed) == (2 if ROOT_ONLY else 1)
    assert not any(folder.exists() for folder in removed)


def test_a_symlink_that_has_replaced_the_servers_data_directory_is_not_used(closed: Path) -> None:
    home = closed / "demo"
    first = data_dirs.data_dir_in(home).folder
    if first == home:
        return  # we run the servers, and can enter the directory: no other one is needed

    first.rmdir()
    first.symlink_to("/")
    second = data_dirs.data_dir_in(home).folder

    first.unlink()
    assert second not in (first, Path("/"))
    assert data_dirs.clear(home) == [second, home]


def test_a_packaged_program_that_the_servers_account_cannot_run_is_copied(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERS_FROM", "packages")
    packaged = programs.postgres()
    for part in packaged.parts:
        shutil.copytree(packaged.root / part, closed / part, ignore=shutil.ignore_patterns("include"))
    data_dir = data_dirs.data_dir_in(closed / "demo")

    executable = data_dir.executable(dataclasses.replace(packaged, root=closed))

    version = subprocess.run(
        [executable.parent / "initdb", "--version"],
        user=data_dir.account.uid if data_dir.account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    data_dirs.clear(closed / "demo")
    assert version.stdout.startswith("initdb (PostgreSQL)"), version.stderr


def test_the_servers_do_not_start_with_data_of_another_postgres_version(demo_home: StateDir) -> None:
    data = data_dirs.data_dir_in(demo_home.folder).server_dir("postgres") / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9")

    with pytest.raises(ServerUnavailable, match="make demo-reset"), stack.running(demo_home.folder):
        pass
