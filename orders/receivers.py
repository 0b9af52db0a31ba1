"""What the desk hears from the line, inside the cook's transaction."""

from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from kitchen import signals as line
from orders import services as front_desk
from pizzeria.foundation.actor import Actor


@receiver(line.cooking_started, dispatch_uid="orders.on_cooking_started")
def on_cooking_started(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    front_desk.mark_cooking(ref=ref, by=by, at=at)


@receiver(line.ticket_ready, dispatch_uid="orders.on_ticket_ready")
def on_ticket_ready(*, ref: UUID, by: Actor, at: datetime, **_: object) -> None:
    front_desk.mark_ready(ref=ref, by=by, at=at)
