"""The messages that a page gets from its stream, by the DevTools protocol: a poll cannot be mistaken for one."""

import json

from tests.waiting import TIMEOUT, until


class Ear:
    """Records the stream messages of a page, from its creation on."""

    def __init__(self, page):
        self._page = page
        self._heard = []  # kind and version
        self._waited_for = 0  # number of messages up to the last one that was waited for
        self._streams = set()  # ids of open streams that have sent a message
        tools = page.context.new_cdp_session(page)
        tools.on("Network.eventSourceMessageReceived", self._hear)
        tools.on("Network.loadingFinished", self._end)
        tools.on("Network.loadingFailed", self._end)
        tools.send("Network.enable")

    def hears(self, kind, version=None):
        """Wait for a message of a kind, and of a version if given, after the one that was waited for before."""

        def has_come():
            for number, message in enumerate(self._heard[self._waited_for :], start=self._waited_for + 1):
                if message[0] == kind and version in (None, message[1]):
                    self._waited_for = number
                    return True
            return False

        until(has_come, why=lambda: f"no {kind} of {version} in {self._heard}", page=self._page)

    def is_told(self, version, *, seconds=TIMEOUT):
        """Wait for a version or a newer one; return whether it came as a live update, not with a heartbeat."""
        kind = until(lambda: self._kind_of(version), seconds=seconds, why=lambda: self._heard, page=self._page)
        return kind == "version"

    def has_heard_of(self, version):
        return self._kind_of(version) is not None

    def hears_the_end(self):
        """Wait until no stream of the page is open."""
        until(lambda: not self._streams, page=self._page)

    def _kind_of(self, version):
        return next((kind for kind, seen in self._heard if seen is not None and seen >= version), None)

    def _hear(self, message):
        self._streams.add(message["requestId"])
        self._heard.append((message["eventName"], json.loads(message["data"])["version"]))

    def _end(self, message):
        self._streams.discard(message["requestId"])
