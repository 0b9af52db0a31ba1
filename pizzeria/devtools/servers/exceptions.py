"""The exception for a server that cannot be started."""


class ServerUnavailable(Exception):
    """The server cannot be started; the message tells the user why, and what to do."""
