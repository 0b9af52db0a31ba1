"""The outbox in admin: what could not be told, why, and what is done about it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.events import dead
from pizzeria.foundation.events.models import EventRelay
from pizzeria.foundation.refusals import Refusal


class RelayActionForm(ActionForm):
    because = forms.CharField(label=_lazy("Because"), max_length=200, required=False)


class StateFilter(admin.SimpleListFilter):
    title = _lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("dead", _lazy("dead")),
            ("waiting", _lazy("waiting")),
            ("told", _lazy("told")),
            ("dropped", _lazy("dropped")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EventRelay]) -> QuerySet[EventRelay]:
        match self.value():
            case "dead":
                return queryset.exclude(dead_at=None).filter(dropped_because="")
            case "waiting":
                return queryset.filter(relayed_at=None, dead_at=None)
            case "told":
                return queryset.exclude(relayed_at=None)
            case "dropped":
                return queryset.exclude(dropped_because="")
        return queryset


@admin.register(EventRelay)
class EventRelayAdmin(admin.ModelAdmin[EventRelay]):
    list_display = ["event_type", "aggregate", "happened", "state", "attempts", "error", "dropped_because"]
    list_filter = [StateFilter, "event__stream"]
    list_select_related = ["event"]
    fields = [
        ("event_type", "happened"),
        "aggregate_ref",
        ("state", "attempts", "due_at", "relayed_at", "dead_at"),
        "error",
        "dropped_because",
    ]
    ordering = ["-pk"]
    action_form = RelayActionForm
    actions = ["try_again", "drop"]
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _may(self, request: HttpRequest) -> bool:
        return actor_of(request).may(dead.RELAY_EVENTS) or bool(request.user.is_superuser)

    @admin.display(description=_lazy("event"), ordering="event__type")
    def event_type(self, relay: EventRelay) -> str:
        return relay.event.type

    @admin.display(description=_lazy("of"))
    def aggregate(self, relay: EventRelay) -> str:
        return f"{relay.event.stream} …{str(relay.event.aggregate_ref)[-12:]}, {relay.event.seq}"

    @admin.display(description=_lazy("of"))
    def aggregate_ref(self, relay: EventRelay) -> str:
        return f"{relay.event.stream} {relay.event.aggregate_ref}, its event {relay.event.seq}"

    @admin.display(description=_lazy("happened"), ordering="event__at")
    def happened(self, relay: EventRelay) -> str:
        return date_format(localtime(relay.event.at), "DATETIME_FORMAT")

    @admin.display(description=_lazy("state"))
    def state(self, relay: EventRelay) -> str:
        if relay.dropped_because:
            return _("dropped")
        if relay.dead_at:
            return _("dead")
        return _("told") if relay.relayed_at else _("waiting")

    @admin.action(description=_lazy("Try again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[EventRelay]) -> None:
        for relay in chosen:
            try:
                dead.try_again(event_id=relay.pk, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{relay.event}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, _("%(event)s is told again.") % {"event": relay.event})

    @admin.action(description=_lazy("Drop, because …"))
    def drop(self, request: HttpRequest, chosen: QuerySet[EventRelay]) -> None:
        because = request.POST.get("because", "")
        for relay in chosen:
            try:
                dead.drop(event_id=relay.pk, because=because, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{relay.event}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, _("Nobody will be told of %(event)s.") % {"event": relay.event})
