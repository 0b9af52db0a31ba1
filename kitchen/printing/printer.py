"""
The printer's connection: raw TCP (port 9100 of most receipt printers), with its own status commands.

Sending proves nothing, because the network buffers a whole slip for a printer that never reads it. So the printer is
asked for its status twice: before, so that nothing is sent to one that is silent, open or out of paper; and after the
last byte, by a command that it answers only when it has processed everything before.
"""

import socket
import time
from dataclasses import dataclass

from django.conf import settings
from escpos import constants

from kitchen.printing.models import PrinterProblem

CONNECT_SECONDS, STATUS_SECONDS, WRITE_SECONDS, PRINT_SECONDS = 3.0, 3.0, 5.0, 10.0

OFFLINE_STATUS = constants.RT_STATUS + b"\x02"  # DLE EOT 2: why it is offline, answered at once
PAPER_STATUS = constants.RT_STATUS_PAPER  # DLE EOT 4
STATUS_WHEN_DONE = constants.GS + b"r\x01"  # answered when everything before has been processed

COVER_OPEN, STOPPED_WITHOUT_PAPER, ERROR = 0x04, 0x20, 0x40  # bits of the answer to DLE EOT 2
NO_PAPER = 0x60  # ... to DLE EOT 4
NO_PAPER_WHEN_DONE = 0x0C  # ... to GS r 1

# The bits that are fixed in the answers of a kind, and their values.
REAL_TIME_ANSWER, ANSWER_WHEN_DONE = (0x93, 0x12), (0x90, 0x00)


class PrintFailed(Exception):
    """
    A document was not printed, or nobody knows.

    :param is_outcome_unknown: it may have been printed, or a part of it
    """

    def __init__(self, problem: PrinterProblem, *, is_outcome_unknown: bool = False) -> None:
        super().__init__(str(problem))
        self.problem, self.is_outcome_unknown = problem, is_outcome_unknown


@dataclass(frozen=True, slots=True)
class Printer:
    """
    Where the printer is.

    :param confirms: it answers status commands; without that, what was sent counts as printed
    """

    host: str
    port: int
    confirms: bool

    def print(self, document: bytes) -> None:
        """
        Print a document, on a connection of its own.

        :raises PrintFailed: it was not printed, or nobody knows
        """
        try:
            connection = socket.create_connection((self.host, self.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            raise PrintFailed(PrinterProblem.UNREACHABLE) from error
        with connection:
            if self.confirms:
                _refuse_unless_ready(connection)
            _send(connection, document + (STATUS_WHEN_DONE if self.confirms else b""))
            if self.confirms:
                _wait_until_printed(connection)
            else:
                _close(connection)


def configured_printer() -> Printer | None:
    """Return the printer that the settings name; None: the kitchen has none."""
    if not settings.KITCHEN_PRINTER:
        return None
    host, _colon, port = settings.KITCHEN_PRINTER.rpartition(":")
    return Printer(host.removeprefix("[").removesuffix("]"), int(port), settings.KITCHEN_PRINTER_CONFIRMS)


def _refuse_unless_ready(connection: socket.socket) -> None:
    """
    Ask for the status, before anything is sent that could be printed.

    :raises PrintFailed: it does not answer, or cannot print
    """
    try:
        offline, paper = _ask(connection, OFFLINE_STATUS), _ask(connection, PAPER_STATUS)
    except TimeoutError as silent:
        raise PrintFailed(PrinterProblem.NO_ANSWER) from silent
    except OSError as error:
        raise PrintFailed(PrinterProblem.INTERRUPTED) from error
    if paper & NO_PAPER or offline & STOPPED_WITHOUT_PAPER:
        raise PrintFailed(PrinterProblem.NO_PAPER)
    if offline & COVER_OPEN:
        raise PrintFailed(PrinterProblem.COVER_OPEN)
    if offline & ERROR:
        raise PrintFailed(PrinterProblem.PRINTER_ERROR)


def _ask(connection: socket.socket, command: bytes) -> int:
    connection.settimeout(WRITE_SECONDS)
    connection.sendall(command)
    return _read_status(connection, REAL_TIME_ANSWER, seconds=STATUS_SECONDS)


def _send(connection: socket.socket, data: bytes) -> None:
    """
    Send everything, within the time limit as a whole.

    :raises PrintFailed: a part may have been printed
    """
    connection.settimeout(WRITE_SECONDS)
    try:
        connection.sendall(data)
    except TimeoutError as silent:
        raise PrintFailed(PrinterProblem.NO_ANSWER, is_outcome_unknown=True) from silent
    except OSError as error:
        raise PrintFailed(PrinterProblem.INTERRUPTED, is_outcome_unknown=True) from error


def _wait_until_printed(connection: socket.socket) -> None:
    """
    Wait for the answer that follows the last byte.

    :raises PrintFailed: it does not come, or the paper has run out
    """
    try:
        status = _read_status(connection, ANSWER_WHEN_DONE, seconds=PRINT_SECONDS)
    except TimeoutError as silent:
        raise PrintFailed(PrinterProblem.NO_ANSWER, is_outcome_unknown=True) from silent
    except OSError as error:
        raise PrintFailed(PrinterProblem.INTERRUPTED, is_outcome_unknown=True) from error
    if status & NO_PAPER_WHEN_DONE:
        raise PrintFailed(PrinterProblem.NO_PAPER, is_outcome_unknown=True)


def _read_status(connection: socket.socket, kind: tuple[int, int], *, seconds: float) -> int:
    """
    Return the next status byte of a kind; skip others, such as the messages that some printers send unasked.

    :raises TimeoutError: none came in time
    :raises OSError: the connection was reset or closed
    """
    mask, fixed = kind
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0:
        connection.settimeout(left)
        received = connection.recv(1)
        if not received:
            raise ConnectionError("the printer closed the connection")
        if received[0] & mask == fixed:
            return received[0]
    raise TimeoutError("no status of the printer")


def _close(connection: socket.socket) -> None:
    """
    End the connection so that the printer reads all of it: with data unread, closing would be a reset.

    :raises PrintFailed: the printer has reset it
    """
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        while connection.recv(64):
            pass
    except TimeoutError:
        return  # it keeps the connection open: that is no failure
    except OSError as error:
        raise PrintFailed(PrinterProblem.INTERRUPTED, is_outcome_unknown=True) from error
