"""Kinds of alerts. The app that raises an alert declares its kind, beside the code that raises it."""

from dataclasses import dataclass

_KINDS: dict[str, "AlertKind"] = {}


@dataclass(frozen=True)
class AlertKind:
    """
    A kind of alert.

    :param code: stored with the alert
    :param text: a lazily translated sentence for managers, with the alert's parameters as `%(name)s`
    """

    code: str
    text: object

    def __post_init__(self) -> None:
        if _KINDS.setdefault(self.code, self) is not self:
            raise TypeError(f"two kinds of alerts have the code {self.code!r}")


def kind_of(code: str) -> AlertKind | None:
    """Return the kind with a code; None if this release has none."""
    return _KINDS.get(code)
