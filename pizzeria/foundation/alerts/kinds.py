"""
Kinds of alerts, by their codes. The app that raises an alert declares its kind, beside the code that raises it.

Every process has to import that module: a kind that is not declared is shown by its code alone.
"""

from dataclasses import dataclass
from datetime import timedelta

from django_stubs_ext import StrOrPromise

AGAIN_AFTER = timedelta(hours=1)

_KINDS: dict[str, "AlertKind"] = {}


@dataclass(frozen=True)
class AlertKind:
    """
    A kind of alert.

    :param code: stored with the alert
    :param text: a lazily translated sentence for managers, with the alert's parameters as `%(name)s`
    :param again_after: an open alert that is counted again is sent again after so long
    """

    code: str
    text: StrOrPromise
    again_after: timedelta = AGAIN_AFTER

    def __post_init__(self) -> None:
        if _KINDS.setdefault(self.code, self) is not self:
            raise TypeError(f"two kinds of alerts have the code {self.code!r}")


def kind_of(code: str) -> AlertKind | None:
    """Return the kind with a code; None if this release has none."""
    return _KINDS.get(code)
