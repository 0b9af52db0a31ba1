"""The opening hours: the commands that change the week, close the shop on some days, and announce what they come to."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from kitchen.events import HoursChanged
from kitchen.hours import ClosedDays, OpeningHours, Week
from kitchen.models import Kitchen
from kitchen.opening_times import spans_text, weekday_name
from kitchen.services.queue import bump_board_version, lock_for_settings
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import Refusal

MAX_DAYS_AHEAD = timedelta(days=2 * 366)
ANNOUNCED_FOR = timedelta(minutes=2)  # by a task that runs each minute, and may be late
MAX_CLOSED_DAYS = 100  # how many there can be in the list


class HoursRefused(Refusal):
    """Opening hours that cannot be: spans that overlap, or closed days that end before they begin."""

    code = "hours_refused"
    status = 422


@command
def change_opening_hours(
    *, kitchen: Kitchen, week: Week | None, shown: Mapping[str, object] | None = None, by: Actor, at: datetime
) -> Kitchen:
    """
    Change when the shop is open in a week. The closed days stay as they are; nothing happens if nothing changes.

    :param week: the spans of each weekday, Monday first; None: open around the clock
    :param shown: `opening_hours` as the actor has seen them, if they are to be as they were
    :raises HoursRefused: spans overlap, or there are none at all; the field is that of its weekday: day_0 for Monday
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: the hours are no longer as shown
    """
    kitchen = lock_for_settings(kitchen, by=by)
    refuse_if_changed_meanwhile(kitchen, shown=shown or {})
    hours = OpeningHours(week=week, closed=kitchen.hours.closed)
    _refuse_impossible_week(hours)
    return _change(kitchen, hours, by=by, at=at)


@command
def add_closed_days(*, kitchen: Kitchen, first: date, last: date, by: Actor, at: datetime) -> Kitchen:
    """
    Close the shop on some days in a row, whatever the hours of the week are.

    Nothing happens if it is closed on all of them already. Those that have passed are dropped from the list.

    :raises HoursRefused: the last day is before the first, has passed or is more than two years away
    :raises NotAllowed: the actor is not a manager
    """
    kitchen = lock_for_settings(kitchen, by=by)
    today, hours = clock.business_date(at), kitchen.hours
    if last < first:
        raise HoursRefused(_("The last day is before the first."), field="last")
    if last < today:
        raise HoursRefused(_("These days have passed already."), field="first")
    if last > today + MAX_DAYS_AHEAD:
        raise HoursRefused(_("Please give days within the next two years."), field="last")
    if any(days.first <= first and last <= days.last for days in hours.closed):
        return kitchen
    current = [days for days in hours.closed if days.last >= today and not first <= days.first <= days.last <= last]
    if len(current) >= MAX_CLOSED_DAYS:
        raise HoursRefused(_("That are too many closed days. Please remove some first."), field="first")
    closed = sorted([*current, ClosedDays(first=first, last=last)], key=lambda days: (days.first, days.last))
    return _change(kitchen, OpeningHours(week=hours.week, closed=tuple(closed)), by=by, at=at)


@command
def remove_closed_days(*, kitchen: Kitchen, first: date, last: date, by: Actor, at: datetime) -> Kitchen:
    """
    Open the shop again on closed days, by the hours of the week. Nothing happens if they are not in the list.

    :raises NotAllowed: the actor is not a manager
    """
    kitchen = lock_for_settings(kitchen, by=by)
    hours = kitchen.hours
    closed = tuple(days for days in hours.closed if (days.first, days.last) != (first, last))
    return _change(kitchen, OpeningHours(week=hours.week, closed=closed), by=by, at=at)


@command
def announce_opening(*, kitchen: Kitchen, by: Actor, at: datetime) -> None:
    """
    Increment the board's version if the shop has opened or closed a moment ago, by its hours or as a pause ended.

    Then screens show it. Needs no permission: any actor may have the hours compared with the clock.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen.pk)
    if kitchen.accepts_orders(at) != kitchen.accepts_orders(at - ANNOUNCED_FOR):
        bump_board_version(kitchen)


def _change(kitchen: Kitchen, hours: OpeningHours, *, by: Actor, at: datetime) -> Kitchen:
    if hours != kitchen.hours:
        record(kitchen, HoursChanged(hours=hours), by=by, at=at)
        bump_board_version(kitchen)
    return kitchen


def _refuse_impossible_week(hours: OpeningHours) -> None:
    """
    Refuse a week in which spans overlap, or in which the shop is never open.

    :raises HoursRefused: it is one
    """
    if hours.week is not None and not any(hours.week):
        raise HoursRefused(_("Please give the hours of at least one day. To take no orders for a while, pause."))
    weekday = hours.overlapping_weekday()
    if weekday is None or hours.week is None:
        return
    name = {"day": weekday_name(weekday), "hours": spans_text(hours.week[weekday])}
    alone = tuple(spans if day == weekday else () for day, spans in enumerate(hours.week))
    if OpeningHours(week=alone).overlapping_weekday() is None:
        message = _("The hours of %(day)s, %(hours)s, last into those of the next day.")
    else:
        message = _("The hours of %(day)s overlap: %(hours)s.")
    raise HoursRefused(message % name, field=f"day_{weekday}")
