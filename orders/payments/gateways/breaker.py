"""
The circuit breaker of a gateway: after a call without an answer, nobody waits for it again for some seconds.

A web process has few threads, and each would wait for seconds: guests are offered cash at once instead.
"""

import time
from collections.abc import Callable

PAUSE_SECONDS = 10.0


class GatewayBreaker:
    """
    A breaker of one process.

    :param clock: returns seconds that never run backwards
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._closed_from = 0.0

    @property
    def is_tripped(self) -> bool:
        return self._clock() < self._closed_from

    def trip(self) -> None:
        self._closed_from = self._clock() + PAUSE_SECONDS

    def reset(self) -> None:
        self._closed_from = 0.0


stripe_breaker = GatewayBreaker()
