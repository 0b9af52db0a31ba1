"""Free ports for servers: each is returned to one process only, and is never one of an outgoing connection."""

import socket
from pathlib import Path

import pytest

from pizzeria.devtools.servers import ports
from tests.devtools.launching import Launch, Running

RESERVE_ALL = """
import sys, time
from pizzeria.devtools.servers import ports
from pizzeria.devtools.servers.exceptions import ServerUnavailable

ports.POSSIBLE = range(int(sys.argv[1]), int(sys.argv[2]))
taken = []
try:
    while True:
        taken.append(ports.free_port())
except ServerUnavailable:
    print(*taken, "and no more", flush=True)
time.sleep(600)
"""


def test_a_free_port_is_not_returned_twice_to_processes_that_ask_at_once(launch: Launch) -> None:
    first, second = (launch("-c", RESERVE_ALL, "20000", "20400") for _each in range(2))

    ports_of_first, ports_of_second = _reserved_ports(first), _reserved_ports(second)

    assert not ports_of_first & ports_of_second
    assert len(ports_of_first | ports_of_second) > 200  # another test run may have reserved some


def test_a_free_port_is_returned_again_after_its_process_was_killed(launch: Launch) -> None:
    first = launch("-c", RESERVE_ALL, "20400", "20600")
    before = _reserved_ports(first)
    first.process.kill()
    first.wait_for_exit()

    afterwards = _reserved_ports(launch("-c", RESERVE_ALL, "20400", "20600"))

    assert before & afterwards


@pytest.mark.parametrize("listens", [True, False], ids=["listens", "is bound only"])
def test_a_port_to_which_another_socket_is_bound_is_not_returned(launch: Launch, listens: bool) -> None:
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        if listens:
            used.listen()
        port = used.getsockname()[1]

        taken = _reserved_ports(launch("-c", RESERVE_ALL, str(port - 5), str(port + 5)))

    assert taken
    assert port not in taken


@pytest.mark.skipif(not ports.EPHEMERAL_RANGE_FILE.exists(), reason="the range is to be read on Linux")
def test_a_free_port_is_never_in_the_kernels_ephemeral_range() -> None:
    first, last = (int(number) for number in Path(ports.EPHEMERAL_RANGE_FILE).read_text().split())

    assert not any(first <= ports.free_port() <= last for _each in range(20))


def _reserved_ports(running: Running) -> set[int]:
    running.wait_for_output("and no more")
    return {int(word) for word in running.output.split() if word.isdigit()}
