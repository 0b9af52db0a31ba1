"""A receipt printer on loopback: it answers status commands, keeps what is printed, and has the faults of a test."""

import re
import socket
import threading
from contextlib import contextmanager

READY, COVER_IS_OPEN, NO_PAPER, ERROR = b"\x12", b"\x16", b"\x72", b"\x52"  # answers to DLE EOT 2 and 4
PRINTED, PRINTED_WITHOUT_PAPER = b"\x00", b"\x0c"  # ... to GS r 1

OFFLINE_STATUS, PAPER_STATUS, STATUS_WHEN_DONE = b"\x10\x04\x02", b"\x10\x04\x04", b"\x1dr\x01"

# The commands that a slip may consist of; everything else in it is text.
COMMANDS = re.compile(
    rb"\x1b@|\x1da\x00|\x1c\.|\x1bt\x13|\x1ba[\x00-\x02]|\x1bE[\x00\x01]|\x1dB[\x00\x01]|\x1d![\x00-\x77]|\x1bd.|\x1dV\x01"
)


def text_of(document):
    """
    Return the text of a document, without its commands.

    :raises AssertionError: it has a control character that belongs to none of the commands of a slip
    """
    text = COMMANDS.sub(b"", document)
    controls = [byte for byte in text if (byte < 0x20 and byte != 0x0A) or byte == 0x7F]
    assert controls == [], f"commands that no slip has: {controls}"
    return text.decode("cp858")


class ReceiptPrinter:
    """
    The printer as a test sees it, and what it does next.

    :ivar documents: what was printed, as bytes, without the status commands
    :ivar asked: the status commands that came
    :ivar offline, paper, done: its answers; empty: none
    :ivar is_silent: it accepts connections and never reads
    :ivar resets_after: it resets the connection after so many bytes of a document; None: never
    """

    def __init__(self, listener):
        self.address = f"127.0.0.1:{listener.getsockname()[1]}"
        self.documents: list[bytes] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self.mend()

    def mend(self):
        """Take away all faults."""
        self.offline, self.paper, self.done = READY, READY, PRINTED
        self.is_silent, self.resets_after = False, None

    @property
    def texts(self):
        """Return the texts of what was printed."""
        return [text_of(document) for document in self.documents]


@contextmanager
def running_receipt_printer():
    """Run a printer on a free port; a connection is served on a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        printer, ended = ReceiptPrinter(listener), threading.Event()
        listener.settimeout(0.05)
        threads = [threading.Thread(target=_accept, args=(listener, printer, ended), daemon=True)]
        threads[0].start()
        try:
            yield printer
        finally:
            ended.set()
            threads[0].join()


def _accept(listener, printer, ended):
    served = []
    while not ended.is_set():
        try:
            connection, _address = listener.accept()
        except TimeoutError:
            continue
        printer.connections += 1
        thread = threading.Thread(target=_serve, args=(connection, printer, ended), daemon=True)
        thread.start()
        served.append(thread)
    for thread in served:
        thread.join()


def _serve(connection, printer, ended):
    """Read until the other side ends the connection; a document is what came beside status commands."""
    document = bytearray()
    with connection:
        connection.settimeout(0.05)
        while not ended.is_set():
            if printer.is_silent:
                ended.wait(0.05)
                continue
            try:
                received = connection.recv(4096)
            except TimeoutError:
                continue
            except ConnectionResetError:
                break
            if not received:
                break
            document += received
            if printer.resets_after is not None and len(document) > printer.resets_after:
                # With this option, closing sends a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                break
            if not _answer(connection, document, printer):
                break
    if document:
        printer.documents.append(bytes(document))


def _answer(connection, document, printer):
    """Answer the status commands in what has come, and take them out; return whether the connection still holds."""
    answers = {OFFLINE_STATUS: printer.offline, PAPER_STATUS: printer.paper, STATUS_WHEN_DONE: printer.done}
    for command, answer in answers.items():
        while command in document:
            start = document.index(command)
            del document[start : start + len(command)]
            printer.asked.append(command)
            if command == STATUS_WHEN_DONE and answer:
                printer.documents.append(bytes(document))
                document.clear()
            try:
                connection.sendall(answer)
            except OSError:
                return False
    return True
