"""Ends that people and programs give: until when something lasts that begins now, such as a pause."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pizzeria.foundation.refusals import Refusal

MAX_AHEAD = timedelta(days=366)
TOO_FAR_MESSAGE = gettext_lazy("Please give a time within the next year, or none.")


class UntilPassed(Refusal):
    """`until` is not in the future."""

    code = "until_passed"
    status = 422


class UntilTooFar(Refusal):
    """`until` is so far in the future that it must be a mistake; "until further notice" has no end instead."""

    code = "until_too_far"
    status = 422


def is_too_far(until: datetime, *, at: datetime) -> bool:
    """Return whether an end is more than a year ahead."""
    return until - at > MAX_AHEAD


def refuse_unless_ahead(until: datetime | None, *, at: datetime) -> None:
    """
    Refuse an end that is not ahead of a moment, or more than a year.

    :param until: None: there is no end
    :raises UntilPassed: it is not after `at`
    :raises UntilTooFar: it is more than a year after `at`
    """
    if until is None:
        return
    if until <= at:
        raise UntilPassed(_("That time has passed already."), field="until")
    if is_too_far(until, at=at):
        raise UntilTooFar(str(TOO_FAR_MESSAGE), field="until")
