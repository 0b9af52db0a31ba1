"""
A TCP proxy between a program and a server, with faults that a test switches on, and a `restore`.

A browser's own offline mode is no substitute: it leaves streams open. A connection that stays open without data is like
one whose cable is unplugged.
"""

import socket
import struct
import threading
import time
from contextlib import suppress

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER without waiting


class FaultProxy:
    def __init__(self, port):
        self._target_port = port
        self.failed_connections = 0  # number of connections attempted since the last fault
        self._lock = threading.Lock()
        self._sockets = []
        self._answer = None  # instead of serving a new connection: called with it, in a thread of its own
        self._discards_data = False
        self._discarding = set()
        self._delay = 0
        self._lost_marker = None
        self.lost = 0  # number of pieces of data that `lose` has lost
        self._bound = _bind(0)
        self.port = self._bound.getsockname()[1]
        self._is_listening = False
        self._listen()

    def cut(self):
        """Close all connections, and every new one at once."""
        self._fail(answer=lambda _client: None)

    def refuse(self):
        """Close all connections, and refuse new ones."""
        self._fail(answer=lambda _client: None)
        self._stop_listening()
        self._bound = _bind(self.port)  # so that nobody else gets the port meanwhile

    def reset(self):
        """Reset all connections, and every new one at once."""
        self._fail(answer=_set_reset, shut_down=_reset)

    def answer(self, status):
        """Close all connections, and answer each new one with an HTTP status, as a proxy without a server does."""
        response = f"HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()

        def respond(client):
            if _read_request(client):
                client.sendall(response)

        self._fail(answer=respond)

    def discard_data(self):
        """Discard all data of present and new connections; these stay open, and without data even after `restore`."""
        with self._lock:
            self._discards_data, self.failed_connections = True, 0
            self._discarding.update(self._sockets)

    def delay(self, seconds):
        """Delay each piece of data by some seconds."""
        with self._lock:
            self._delay = seconds

    def lose(self, marker):
        """Lose each piece of the server's data that contains some bytes, such as one kind of a stream's messages."""
        with self._lock:
            self._lost_marker, self.lost = marker, 0

    def restore(self):
        """Serve new connections again."""
        with self._lock:
            if self._answer:
                for each in self._sockets:  # opened meanwhile, and not used yet
                    _shut_down(each)
            self._answer, self._discards_data, self._delay = None, False, 0
            self._lost_marker = None
        self._listen()

    def close(self):
        self.cut()
        self._stop_listening()
        self._bound.close()

    def _fail(self, *, answer, shut_down=None):
        with self._lock:
            self._answer, self.failed_connections = answer, 0
            for each in self._sockets:
                (shut_down or _shut_down)(each)

    def _listen(self):
        if self._is_listening:
            return
        self._bound.listen()
        self._is_listening = True
        self._accepting = threading.Thread(target=self._accept, args=(self._bound,), daemon=True)
        self._accepting.start()

    def _stop_listening(self):
        if not self._is_listening:
            return
        _shut_down(self._bound)  # `close` alone would not wake the thread in `accept`
        self._bound.close()
        self._is_listening = False
        self._accepting.join()

    def _accept(self, listening):
        while True:
            try:
                client, _client_address = listening.accept()
            except OSError:
                return
            server = self._connect()
            with self._lock:
                answer = self._answer
                self.failed_connections += answer is not None or self._discards_data
                sockets = [each for each in (client, server) if each]
                self._sockets += sockets
                if self._discards_data:
                    self._discarding.update(sockets)
            if answer or server is None:
                threading.Thread(target=_answer_and_close, args=(answer, *sockets), daemon=True).start()
                continue
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _connect(self):
        if self._answer:
            return None
        with suppress(OSError):
            return socket.create_connection(("127.0.0.1", self._target_port))
        return None

    def _forward(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self._delay)
                if self._lost_marker and self._lost_marker in data:
                    self.lost += 1
                elif source not in self._discarding:
                    sink.sendall(data)
        for each in (source, sink):
            _shut_down(each)
            each.close()


def _bind(port):
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _read_request(client):
    """Read a request with its body; return nothing if there is none: the browser opened the connection to have one."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return b""
        data += more
    head, _blank, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        more = client.recv(65536)
        if not more:
            return b""
        body += more
    return data


def _answer_and_close(answer, client, *others):
    with suppress(OSError):
        if answer:
            answer(client)
    for each in (client, *others):
        each.close()


def _set_reset(connection):
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


def _reset(connection):
    """Make the thread that reads from a connection close it, which resets it."""
    _set_reset(connection)
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def _shut_down(connection):
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
