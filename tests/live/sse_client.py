"""The messages that a page gets from its stream, by the DevTools protocol: a poll cannot be mistaken for one."""

import json

from tests.waiting import TIMEOUT, until


class StreamRecorder:
    """Records the stream messages of a page, from its creation on."""

    def __init__(self, page):
        self._page = page
        self._messages = []  # kind and version
        self._position = 0  # number of messages up to the last one that was waited for
        self._streams = set()  # ids of open streams that have sent a message
        tools = page.context.new_cdp_session(page)
        tools.on("Network.eventSourceMessageReceived", self._record)
        tools.on("Network.loadingFinished", self._end)
        tools.on("Network.loadingFailed", self._end)
        tools.send("Network.enable")

    def wait_for(self, kind, version=None):
        """Wait for a message of a kind, and of a version if given, after the one that was waited for before."""

        def has_arrived():
            for number, message in enumerate(self._messages[self._position :], start=self._position + 1):
                if message[0] == kind and version in (None, message[1]):
                    self._position = number
                    return True
            return False

        until(has_arrived, describe=lambda: f"no {kind} of {version} in {self._messages}", page=self._page)

    def is_reported_live(self, version, *, seconds=TIMEOUT):
        """Wait for a version or a newer one; return whether it came as a live update, not with a heartbeat."""
        kind = until(lambda: self._kind_of(version), seconds=seconds, describe=lambda: self._messages, page=self._page)
        return kind == "version"

    def has_received(self, version):
        return self._kind_of(version) is not None

    def wait_until_closed(self):
        """Wait until no stream of the page is open."""
        until(lambda: not self._streams, page=self._page)

    def _kind_of(self, version):
        return next((kind for kind, seen in self._messages if seen is not None and seen >= version), None)

    def _record(self, message):
        self._streams.add(message["requestId"])
        self._messages.append((message["eventName"], json.loads(message["data"])["version"]))

    def _end(self, message):
        self._streams.discard(message["requestId"])
