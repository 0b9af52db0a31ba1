"""
A TCP proxy between a program and a server whose connections a test can close, leave open without data, and restore.

A browser's own offline mode is no substitute: it leaves streams open. A connection that stays open without data is like
one whose cable is unplugged.
"""

import socket
import threading
from contextlib import suppress


class FaultProxy:
    def __init__(self, port):
        self._target_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.failed_connections = 0  # number of connections attempted since the last fault
        self._lock = threading.Lock()
        self._sockets = []
        self._is_cut = self._discards_data = False
        self._discarding = set()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self):
        """Close all connections, and every new one at once."""
        with self._lock:
            self._is_cut, self.failed_connections = True, 0
            for each in self._sockets:
                _shut_down(each)

    def discard_data(self):
        """Discard all data of present and new connections; these stay open, and without data even after `restore`."""
        with self._lock:
            self._discards_data, self.failed_connections = True, 0
            self._discarding.update(self._sockets)

    def restore(self):
        """Serve new connections again."""
        with self._lock:
            self._is_cut = self._discards_data = False

    def close(self):
        self.cut()
        _shut_down(self._listening)  # `close` alone would not wake the thread in `accept`
        self._listening.close()
        self._accepting.join()

    def _accept(self):
        while True:
            try:
                client, _client_address = self._listening.accept()
            except OSError:
                return
            server = self._connect()
            with self._lock:
                self.failed_connections += self._is_cut or self._discards_data
                sockets = [each for each in (client, server) if each]
                if server is None or self._is_cut:
                    for each in sockets:
                        each.close()
                    continue
                self._sockets += sockets
                if self._discards_data:
                    self._discarding.update(sockets)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _connect(self):
        if self._is_cut:
            return None
        with suppress(OSError):
            return socket.create_connection(("127.0.0.1", self._target_port))
        return None

    def _forward(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._discarding:
                    sink.sendall(data)
        for each in (source, sink):
            _shut_down(each)
            each.close()


def _shut_down(connection):
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
