"""
Screens of the board: what they report of themselves every few seconds, their names, and what managers are alerted of.

None of it locks the kitchen: a report waits for no cook, and no cook for a report.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kitchen.models import BoardScreen, Kitchen
from kitchen.permissions import CHANGE_CAPACITY, COOK, SEE_BOARD
from kitchen.services.queue import refuse_unless_permitted
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal

MAX_SCREENS_OF_USER = 60  # beyond them, the screens are deleted that have not been seen for longest

log = structlog.get_logger(__name__)


class ScreenNotNamed(Refusal):
    code = "screen_not_named"
    status = 422


@dataclass(frozen=True, slots=True)
class ScreenReport:
    """
    What a screen reports of itself.

    :ivar key: made by the browser
    :ivar version: of the board that it shows
    :ivar visible: whether the board is in sight, not covered by another page
    :ivar sound: whether new tickets are heard
    :ivar heard: whether a person at the screen has just said that the sound was heard
    """

    key: UUID
    version: int
    visible: bool
    sound: bool
    heard: bool


@command
def report_screen(*, kitchen: Kitchen, report: ScreenReport, by: Actor, at: datetime) -> None:
    """
    Record what a screen reports. The first report of a key creates its row, the others update it by one statement.

    A screen belongs to the user who is signed in there now. A user has so many screens at most; more of them replace
    those that have not been seen for longest.

    :raises NotAllowed: the actor may not see the board
    """
    refuse_unless_permitted(by, SEE_BOARD)
    changes: dict[str, Any] = {
        "user_id": by.user_id,
        "is_of_cook": by.may(COOK) and not by.may(CHANGE_CAPACITY),
        "last_seen_at": at,
        "is_sound_on": report.sound,
        "board_version": report.version,
    }
    if report.visible:
        changes["last_visible_at"] = at
    if report.heard:
        changes |= {"sound_tested_at": at, "sound_tested_by": str(by)}
        log.info("sound_tested", screen=str(report.key), by=str(by))
    is_behind = report.version < kitchen.version
    behind_since = Coalesce(F("behind_since"), at) if is_behind else None
    is_known = BoardScreen.objects.filter(key=report.key).update(**changes, behind_since=behind_since)
    if not is_known:
        _create(kitchen, report.key, {**changes, "behind_since": at if is_behind else None}, at=at)


def _create(kitchen: Kitchen, key: UUID, fields: dict[str, Any], *, at: datetime) -> None:
    # Another first report of the same key, at the same moment, says the same.
    BoardScreen.objects.bulk_create(
        [BoardScreen(kitchen=kitchen, key=key, first_seen_at=at, **fields)], ignore_conflicts=True
    )
    own = BoardScreen.objects.filter(user=fields["user_id"]).order_by("-last_seen_at", "-pk")
    BoardScreen.objects.filter(pk__in=own.values("pk")[MAX_SCREENS_OF_USER:]).delete()


@command
def name_screen(*, screen_id: int, name: str, by: Actor, at: datetime) -> BoardScreen:
    """
    Name a screen as staff call it, such as "Wall"; blank: it has no name.

    :raises NotAllowed: the actor may not see the board
    :raises ScreenNotNamed: another screen of the kitchen has this name
    :raises BoardScreen.DoesNotExist: there is no such screen
    """
    refuse_unless_permitted(by, SEE_BOARD)
    screen = BoardScreen.objects.get(pk=screen_id)
    if name and _others(screen).filter(name__iexact=name).exists():
        raise ScreenNotNamed(_("Another screen has this name."), field="name")
    screen.name = name
    screen.save(update_fields=["name"])
    return screen


@command
def forget_screen(*, screen_id: int, by: Actor, at: datetime) -> None:
    """
    Delete a screen, such as one that was sold. One that still shows the board is there again after its next report.

    :raises NotAllowed: the actor may not see the board
    """
    refuse_unless_permitted(by, SEE_BOARD)
    BoardScreen.objects.filter(pk=screen_id).delete()


def purge_screens(*, unnamed_before: datetime, before: datetime) -> None:
    """Delete the screens that were last seen before a moment; those without a name earlier than the others."""
    BoardScreen.objects.filter(Q(last_seen_at__lt=before) | Q(last_seen_at__lt=unnamed_before, name="")).delete()


def _others(screen: BoardScreen) -> "QuerySet[BoardScreen]":
    return BoardScreen.objects.filter(kitchen=screen.kitchen_id).exclude(pk=screen.pk)
