"""A Redis server as a child process: loopback only, a free port, a random password; its keys survive a kill."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pizzeria.devtools.servers import programs, readiness, secrets
from pizzeria.devtools.servers.data_dirs import DataDir
from pizzeria.devtools.servers.processes import Child


@dataclass(frozen=True, slots=True)
class RedisServer:
    url: str
    title: str  # "Redis 7.0.15, this machine's"
    process: Child


@contextmanager
def running(data_dir: DataDir, *, home: Path) -> Iterator[RedisServer]:
    """
    Start a server with the keys of the last run, yield it, and stop it after the block.

    :param home: the directory for its password, its log and its process record
    :raises ServerUnavailable: the message holds the reason, and the end of the log
    """
    program = programs.redis()
    folder = data_dir.server_dir("redis")
    password = secrets.load_or_create(home / "redis-password")

    child, port = readiness.start(
        lambda port: Child(
            "redis",
            [data_dir.executable(program), _configuration(data_dir, folder, port, password)],
            records=home / "running",
            log=home / "logs" / "redis.log",
            cwd=folder,
            env=os.environ,
            account=data_dir.account,
        ),
        probe=lambda port: Redis.from_url(_url(password, port), socket_timeout=2).ping(),
        not_ready_errors=(
            RedisConnectionError,
            RedisTimeoutError,
        ),  # the first is also raised while Redis loads its keys
    )
    try:
        yield RedisServer(_url(password, port), f"{program.name} {program.version}, {program.origin}", child)
    finally:
        child.stop()


def _url(password: str, port: int) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _configuration(data_dir: DataDir, folder: Path, port: int, password: str) -> Path:
    file = folder / "redis.conf"  # a file, because every user of the machine can read command lines
    file.touch(mode=0o600)
    file.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nappendonly yes\nsave ""\ndaemonize no\n'
    )
    if data_dir.account:
        data_dir.account.own(file)
    return file
