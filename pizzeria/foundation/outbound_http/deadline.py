"""The deadline of a request to another server, and the error of a request that failed."""

import time

TIME_LIMIT = 5.0  # seconds, from the look-up of the name to the headers of the answer


class RequestFailed(Exception):
    """A request was not made, or not answered in time; the message says why, and names neither host nor address."""


class Deadline:
    """The end of the time limit of one request."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def remaining(self) -> float:
        """
        Return how many seconds are left.

        :raises RequestFailed: none
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise RequestFailed(f"There was no complete answer within {self._seconds:g} seconds.")
        return left
