"""What a page hears through its stream, told by the browser's own tools: no poll can be mistaken for it."""

import json


class Ear:
    """Listens at a page, from now on."""

    def __init__(self, page):
        self._page, self._heard = page, []
        tools = page.context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.on("Network.eventSourceMessageReceived", self._hear)

    def hears(self, kind, version=None):
        """Wait for a message of a kind, with a version if one is given, that has not been waited for before."""
        for _try in range(600):
            while self._heard:
                heard = self._heard.pop(0)
                if heard[0] == kind and version in (None, heard[1]):
                    return
            self._page.wait_for_timeout(100)
        raise AssertionError(f"The page never heard a {kind} of {version}.")

    def forget(self):
        """Let what was heard until now be as if it never was."""
        self._heard.clear()

    @property
    def heard_nothing(self):
        return self._heard == []

    def _hear(self, message):
        self._heard.append((message["eventName"], json.loads(message["data"])["version"]))
