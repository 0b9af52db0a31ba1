"""The one way in which a server is not to be had."""


class ServerUnavailable(Exception):
    """There is no server; the message says why, and what to do, to whoever wanted one."""
