"""
Kinds of alerts, by their codes. The app that raises an alert declares its kind, beside the code that raises it.

Every process has to import that module: a kind that is not declared is shown by its code alone.
"""

from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

_KINDS: dict[str, "AlertKind"] = {}


@dataclass(frozen=True)
class AlertKind:
    """
    A kind of alert.

    :param code: stored with the alert
    :param text: a lazily translated sentence for managers, with the alert's parameters as `%(name)s`
    """

    code: str
    text: StrOrPromise

    def __post_init__(self) -> None:
        if _KINDS.setdefault(self.code, self) is not self:
            raise TypeError(f"two kinds of alerts have the code {self.code!r}")


def kind_of(code: str) -> AlertKind | None:
    """Return the kind with a code; None if this release has none."""
    return _KINDS.get(code)
