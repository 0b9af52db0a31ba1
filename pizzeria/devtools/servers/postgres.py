"""
A PostgreSQL server as a child process: loopback only, a free port, a random password, as durable as in production.

The data survives a kill of the server; ``PG*`` variables of the caller's shell are ignored.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pizzeria.devtools.servers import programs, readiness, secrets
from pizzeria.devtools.servers.data_dirs import DataDir
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child

BUILTIN_LOCALE_SINCE = 17  # from this version on, whatever locales the machine has
NAME = "pizzeria"  # of the role, and of the database
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # the default directory is missing on some machines, shared on the others
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "max_connections": "400",  # several tests run at a time, each with many connections
    "dynamic_shared_memory_type": "mmap",  # files in the data directory; those in /dev/shm would stay after a kill
    "client_connection_check_interval": "1s",  # otherwise a killed web worker's row locks last until its query ends
}


@dataclass(frozen=True, slots=True)
class Database:
    url: str
    title: str  # "PostgreSQL 15.14, this machine's"
    process: Child


@contextmanager
def running(data_dir: DataDir, *, home: Path) -> Iterator[Database]:
    """
    Start a server, yield its database (that of the last run, or an empty one), and stop the server after the block.

    :param home: the directory for its password, its log and its process record
    :raises ServerUnavailable: the message holds the reason, and the end of the log
    """
    program = programs.postgres()
    bin_folder = data_dir.executable(program).parent
    folder = data_dir.server_dir("postgres")
    data = folder / "data"
    password = secrets.load_or_create(home / "postgres-password")

    _refuse_other_version(data, program.major)
    if not data.exists():
        _initialise(data, bin_folder, program.major, password, data_dir)
    _remove_stale_lock_file(data)

    child, port = readiness.start(
        lambda port: Child(
            "postgres",
            [
                bin_folder / "postgres",
                "-D",
                data,
                *(f"--{name.replace('_', '-')}={value}" for name, value in {**SETTINGS, "port": port}.items()),
            ],
            records=home / "running",
            log=home / "logs" / "postgres.log",
            cwd=folder,
            env=_environment(),
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast" shutdown: open sessions are ended, committed data is kept
            account=data_dir.account,
        ),
        probe=lambda port: _create_database(_url(password, port, "postgres")),
        not_ready_errors=(psycopg.OperationalError,),
    )
    try:
        yield Database(_url(password, port, NAME), f"PostgreSQL {program.version}, {program.origin}", child)
    finally:
        child.stop(timeout=10)


def _url(password: str, port: int, database: str) -> str:
    return f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{database}"


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def _refuse_other_version(data: Path, major: int) -> None:
    with suppress(FileNotFoundError):
        data_version = (data / "PG_VERSION").read_text().strip()
        if data_version != str(major):
            raise ServerUnavailable(
                f"The demo's data was made by PostgreSQL {data_version}, and here is PostgreSQL {major}, which cannot "
                "read it.\n"
                "`make demo-reset` removes the data; the next `make demo` starts afresh."
            )


def _initialise(data: Path, bin_folder: Path, major: int, password: str, data_dir: DataDir) -> None:
    unfinished = Path(tempfile.mkdtemp(dir=data.parent, prefix="unfinished-"))
    password_file = unfinished.with_suffix(".password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if data_dir.account:
        data_dir.account.own(unfinished, password_file)

    builtin_locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    initdb = subprocess.run(
        [
            bin_folder / "initdb",
            f"--pgdata={unfinished}",
            f"--username={NAME}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",  # other users of this machine can connect to the port, too
            "--encoding=UTF8",
            *(builtin_locale if major >= BUILTIN_LOCALE_SINCE else ["--locale=C.UTF-8"]),
        ],
        cwd=data.parent,
        env=_environment(),
        user=data_dir.account.uid if data_dir.account else None,
        group=data_dir.account.gid if data_dir.account else None,
        extra_groups=[] if data_dir.account else None,
        capture_output=True,
        text=True,
        check=False,
    )
    password_file.unlink()
    if initdb.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise ServerUnavailable(
            f"PostgreSQL could not lay out its data:\n{initdb.stdout[-800:]}{initdb.stderr[-1600:]}"
        )
    unfinished.rename(data)  # the rename is atomic, so that no process sees incomplete data


def _remove_stale_lock_file(data: Path) -> None:
    """
    Remove the lock file of a server that was killed.

    PostgreSQL itself would respect that file as soon as any new process has the same process id. No other server uses
    this data: the process that starts this one holds the lock on its state directory, and has stopped leftover servers.

    :raises ServerUnavailable: another PostgreSQL does serve this data
    """
    lock = data / "postmaster.pid"
    with suppress(FileNotFoundError, IndexError, ValueError):
        pid = int(lock.read_text().splitlines()[0])
        with suppress(OSError):
            if Path(f"/proc/{pid}/cwd").samefile(data):  # a server's working directory is its data directory
                raise ServerUnavailable(f"Another PostgreSQL (process {pid}) already serves {data}. Stop it first.")
        lock.unlink()


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
