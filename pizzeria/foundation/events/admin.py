"""The outbox in the admin: which events could not be published, why, and the actions to requeue or discard them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.events import dead_letters
from pizzeria.foundation.events.models import Aggregate, OutboxEntry
from pizzeria.foundation.events.permissions import RELAY_EVENTS
from pizzeria.foundation.forms import SingleLineField
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin, PageActionForm
from pizzeria.foundation.refusals import Refusal


class DiscardActionForm(PageActionForm):
    reason = SingleLineField(label=_lazy("Reason"), max_length=200, required=False)


class OutboxStateFilter(admin.SimpleListFilter):
    title = _lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("dead", _lazy("dead letter")),
            ("waiting", _lazy("waiting")),
            ("relayed", _lazy("relayed")),
            ("discarded", _lazy("discarded")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> QuerySet[OutboxEntry]:
        match self.value():
            case "dead":
                return queryset.exclude(dead_lettered_at=None).filter(discard_reason="")
            case "waiting":
                return queryset.filter(relayed_at=None, dead_lettered_at=None)
            case "relayed":
                return queryset.exclude(relayed_at=None)
            case "discarded":
                return queryset.exclude(discard_reason="")
        return queryset


class StreamFilter(admin.SimpleListFilter):
    """The stream of the event. The streams are those of the code: to list those in the table would read all of it."""

    title = _lazy("stream")
    parameter_name = "stream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(stream, stream) for stream in sorted({aggregate.stream for aggregate in Aggregate.__subclasses__()})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> QuerySet[OutboxEntry]:
        return queryset.filter(event__stream=self.value()) if self.value() else queryset


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[OutboxEntry]):
    view_permission = RELAY_EVENTS
    list_display = ["event_type", "aggregate", "happened", "state", "attempts", "error", "discard_reason"]
    list_filter = [OutboxStateFilter, StreamFilter]
    list_select_related = ["event"]
    fields = [
        ("event_type", "happened"),
        "aggregate_ref",
        ("state", "attempts", "due_at", "relayed_at", "dead_lettered_at"),
        "error",
        "discard_reason",
    ]
    action_form = DiscardActionForm
    actions = ["requeue", "discard"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_lazy("event"))
    def event_type(self, entry: OutboxEntry) -> str:
        return entry.event.type

    @admin.display(description=_lazy("of"))
    def aggregate(self, entry: OutboxEntry) -> str:
        return f"{entry.event.stream} …{str(entry.event.aggregate_ref)[-12:]}, {entry.event.seq}"

    @admin.display(description=_lazy("of"))
    def aggregate_ref(self, entry: OutboxEntry) -> str:
        return f"{entry.event.stream} {entry.event.aggregate_ref}, its event {entry.event.seq}"

    @admin.display(description=_lazy("happened"))
    def happened(self, entry: OutboxEntry) -> str:
        return date_format(localtime(entry.event.at), "DATETIME_FORMAT")

    @admin.display(description=_lazy("state"))
    def state(self, entry: OutboxEntry) -> str:
        if entry.discard_reason:
            return _("discarded")
        if entry.dead_lettered_at:
            return _("dead letter")
        return _("relayed") if entry.relayed_at else _("waiting")

    @admin.action(description=_lazy("Requeue"))
    def requeue(self, request: HttpRequest, chosen: QuerySet[OutboxEntry]) -> None:
        for entry in chosen:
            try:
                dead_letters.requeue(event_id=entry.pk, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{entry.event}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, _("%(event)s was requeued.") % {"event": entry.event})

    @admin.action(description=_lazy("Discard (with a reason)"))
    def discard(self, request: HttpRequest, chosen: QuerySet[OutboxEntry]) -> None:
        reason = request.POST.get("reason", "")
        for entry in chosen:
            try:
                dead_letters.discard(event_id=entry.pk, reason=reason, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{entry.event}: {refusal}", messages.WARNING)
            else:
                discarded = _("%(event)s is discarded and will not be published.")
                self.message_user(request, discarded % {"event": entry.event})
