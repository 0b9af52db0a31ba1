"""
`python -m tests.races.killed_server SOCKET [FAILPOINT]`: the shop on a socket that another process has opened.

At the failpoint the process is killed as by a power cut: nothing is flushed, closed or answered.
"""

import os
import signal
import socket
import sys
from contextlib import nullcontext
from functools import partial

import uvicorn

from pizzeria.asgi import application
from pizzeria.foundation import failpoints


def main(listening: str, failpoint: str = "") -> None:
    power_cut = partial(os.kill, os.getpid(), signal.SIGKILL)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False))
    with failpoints.armed(failpoint, power_cut) if failpoint else nullcontext():
        server.run(sockets=[socket.socket(fileno=int(listening))])


if __name__ == "__main__":
    main(*sys.argv[1:])
