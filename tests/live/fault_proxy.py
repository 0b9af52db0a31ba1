"""
A wire between a program and a server that can be cut, silenced and mended. A browser's own "offline" leaves streams
open, and nobody who pulls a plug sends a goodbye.
"""

import socket
import threading
from contextlib import suppress


class Wire:
    def __init__(self, port):
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._ends = []
        self._is_cut = self._is_silent = False
        self._swallowed = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Reset what goes through, and refuse what comes."""
        self._is_cut = True
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def silence(self):
        """Swallow what goes through and answer nobody who comes; those connections stay open, and dead for good."""
        self._is_silent = True
        self._swallowed.update(self._ends)

    def mend(self):
        """Serve whoever comes from now on."""
        self._is_cut = self._is_silent = False

    def close(self):
        self.cut()
        self._listening.close()

    def _accept(self):
        while True:
            try:
                here, _address = self._listening.accept()
            except OSError:
                return
            try:
                there = None if self._is_cut else socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                there = None
            if there is None:
                here.close()
                continue
            self._ends += [here, there]
            if self._is_silent:
                self._swallowed.update((here, there))
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._swallowed:
                    sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
