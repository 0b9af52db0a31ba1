"""What a page hears through its stream, told by the browser's own tools: no poll can be mistaken for it."""

import json

from tests.waiting import LIMIT, until


class Ear:
    """Listens at a page, from now on."""

    def __init__(self, page):
        self._page = page
        self._heard = []  # kind and version
        self._waited_for = 0  # of these
        self._streams = set()  # that have said something, and are open
        tools = page.context.new_cdp_session(page)
        tools.on("Network.eventSourceMessageReceived", self._hear)
        tools.on("Network.loadingFinished", self._end)
        tools.on("Network.loadingFailed", self._end)
        tools.send("Network.enable")

    def hears(self, kind, version=None):
        """Wait for a message of a kind, with a version if one is given, after those that were waited for before."""

        def has_come():
            for number, message in enumerate(self._heard[self._waited_for :], start=self._waited_for + 1):
                if message[0] == kind and version in (None, message[1]):
                    self._waited_for = number
                    return True
            return False

        until(has_come, why=lambda: f"no {kind} of {version} in {self._heard}", page=self._page)

    def is_told(self, version, *, seconds=LIMIT):
        """Wait for a version; return whether it came as news, and not with a beat alone."""
        kind = until(lambda: self._kind_of(version), seconds=seconds, why=lambda: self._heard, page=self._page)
        return kind == "version"

    def has_heard_of(self, version):
        return self._kind_of(version) is not None

    def hears_the_end(self):
        """Wait until the page has no stream any more."""
        until(lambda: not self._streams, page=self._page)

    def _kind_of(self, version):
        return next((kind for kind, told in self._heard if told is not None and told >= version), None)

    def _hear(self, message):
        self._streams.add(message["requestId"])
        self._heard.append((message["eventName"], json.loads(message["data"])["version"]))

    def _end(self, message):
        self._streams.discard(message["requestId"])
