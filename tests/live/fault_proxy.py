"""
A TCP proxy between a program and a server that can be cut, silenced and mended.

A browser's own offline mode is no substitute: it leaves streams open. A silenced connection stays open without data,
as one does whose cable is unplugged.
"""

import socket
import threading
from contextlib import suppress


class Wire:
    def __init__(self, port):
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.called_in_vain = 0  # number of connections attempted since the last fault
        self._changing = threading.Lock()
        self._ends = []
        self._is_cut = self._is_silent = False
        self._swallowed = set()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self):
        """Close all connections, and every new one at once."""
        with self._changing:
            self._is_cut, self.called_in_vain = True, 0
            for end in self._ends:
                _hang_up(end)

    def silence(self):
        """Discard all data of present and new connections; these stay open, and without data even after `mend`."""
        with self._changing:
            self._is_silent, self.called_in_vain = True, 0
            self._swallowed.update(self._ends)

    def mend(self):
        """Serve new connections again."""
        with self._changing:
            self._is_cut = self._is_silent = False

    def close(self):
        self.cut()
        _hang_up(self._listening)  # `close` alone would not wake the thread in `accept`
        self._listening.close()
        self._accepting.join()

    def _accept(self):
        while True:
            try:
                here, _address = self._listening.accept()
            except OSError:
                return
            there = self._call()
            with self._changing:
                self.called_in_vain += self._is_cut or self._is_silent
                ends = [end for end in (here, there) if end]
                if there is None or self._is_cut:
                    for end in ends:
                        end.close()
                    continue
                self._ends += ends
                if self._is_silent:
                    self._swallowed.update(ends)
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _call(self):
        if self._is_cut:
            return None
        with suppress(OSError):
            return socket.create_connection(("127.0.0.1", self._to))
        return None

    def _carry(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._swallowed:
                    sink.sendall(data)
        for end in (source, sink):
            _hang_up(end)
            end.close()


def _hang_up(end):
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
