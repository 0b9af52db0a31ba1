"""What is measured: a load, and what it took."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any, Self


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that is not exceeded by so many percent of the values (nearest rank)."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


@dataclass(frozen=True, slots=True)
class Load:
    """
    The answers to many requests.

    :ivar p50: milliseconds within which half of them were answered
    """

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, times: Sequence[float], *, seconds: float) -> Self:
        """Return the load of requests that took these times in seconds, in so many seconds in all."""
        figures = {name: percentile(times, percent) * 1000 for name, percent in (("p50", 50), ("p95", 95), ("p99", 99))}
        return cls(requests=len(times), seconds=seconds, **figures)

    @property
    def rate(self) -> float:
        """Return the requests a second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Measurement:
    """
    A page, or a flow, under the load of some clients at once.

    :ivar cpu: milliseconds of CPU per request by part of the shop, and of its database
    :ivar queries: of one request; None: it was not counted
    :ivar is_everything_on: whether limits, a webhook and a notification channel were on
    """

    name: str
    clients: int
    load: Load
    cpu: Mapping[str, float] = field(default_factory=dict)
    queries: int | None = None
    is_everything_on: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "rate": round(self.load.rate, 2)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fields = {name: value for name, value in data.items() if name != "rate"}
        return cls(**{**fields, "load": Load(**data["load"])})


def cpu_per_request(before: Mapping[str, float], after: Mapping[str, float], requests: int) -> dict[str, float]:
    """
    Return milliseconds of CPU per request.

    :param before: seconds of CPU by part
    """
    return {part: round((after[part] - before[part]) * 1000 / requests, 2) for part in before}
