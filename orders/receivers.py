"""What the desk hears from the line, inside the cook's transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from kitchen import signals as line
from kitchen.models import State
from kitchen.promises import Promise
from orders import services as front_desk
from pizzeria.foundation.actor import Actor


@receiver(line.cooking_started, dispatch_uid="orders.on_cooking_started")
def on_cooking_started(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    front_desk.mark_cooking(ref=ref, by=by, at=at)


@receiver(line.ticket_recalled, dispatch_uid="orders.on_ticket_recalled")
def on_ticket_recalled(*, ref: UUID, to: State, by: Actor, at: datetime, **_: object) -> None:
    front_desk.mark_recalled(ref=ref, to=to, by=by, at=at)


@receiver(line.ticket_ready, dispatch_uid="orders.on_ticket_ready")
def on_ticket_ready(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    front_desk.mark_ready(ref=ref, by=by, at=at)


@receiver(line.line_changed, dispatch_uid="orders.on_line_changed")
def on_line_changed(*, promises: Mapping[UUID, Promise], at: datetime, **_: object) -> None:
    front_desk.requote(promises=promises, at=at)
