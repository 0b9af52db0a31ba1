"""The history of a row in the admin, from its events: every change, whoever made it, in the admin or by a command."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent

type Describe = Callable[[domain_events.DomainEvent[Any], datetime], str]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a row: when, by whom (a name), and what, as a sentence."""

    at: datetime
    who: str
    text: str


def changes_from(events: QuerySet[StoredEvent], describe: Describe) -> list[Change]:
    """
    Return the changes that events of one aggregate say, the newest first. Two queries: the events, and the names.

    :param describe: returns what an event says, as a sentence, from the event and its time
    """
    newest_first = list(events.order_by("-seq"))
    names = names_of({event.actor for event in newest_first})
    return [Change(event.at, names.get(event.actor, event.actor), text_of(event, describe)) for event in newest_first]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of actors as they are stored; one whose account is gone has none."""
    return {str(SYSTEM): _("the shop itself"), **names_of_people(actors)}


def names_of_people(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of those actors, as they are stored, who are people. One query, none without people."""
    ids = {actor for actor in actors if actor.isdecimal()}
    return {str(user.pk): str(user) for user in get_user_model().objects.filter(pk__in=ids)} if ids else {}


def text_of(event: StoredEvent, describe: Describe) -> str:
    """Return what an event says, as a sentence; of one that this release cannot load, its type."""
    try:
        return describe(domain_events.load(event), event.at)
    except domain_events.EventUnreadable:  # a newer release wrote it
        return event.type


class EventHistoryMixin[M: Model](ModelAdmin[M]):
    """Admin mixin whose history shows the events of the row, an aggregate, above what was saved in the admin."""

    object_history_template = "admin/event_history.html"

    def changes_of(self, row: M) -> list[Change]:
        """Return every change of a row, the newest first."""
        raise NotImplementedError

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        context = {"changes": self.changes_of(row) if row else [], **(extra_context or {})}
        return super().history_view(request, object_id, context)
