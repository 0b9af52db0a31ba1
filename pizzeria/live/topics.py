"""
What a screen can follow: a kitchen's board, or an order's tracker.

A topic has a version that only grows: the board's, or the number of the order's newest event. A message is topic and
version and nothing else, so that it is no secret: what changed is fetched by the screen, through the page's own door.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from kitchen.models import Kitchen
from orders.models import Order

# Redis knows no databases when it publishes; shops that share one tell their messages apart by the refs in them.
CHANNEL = "pizzeria.live"


@dataclass(frozen=True, slots=True)
class Topic:
    kind: Literal["board", "order"]
    ref: UUID


@dataclass(frozen=True, slots=True)
class News:
    topic: Topic
    version: int

    def written(self) -> str:
        return json.dumps([self.topic.kind, str(self.topic.ref), self.version])


def read(message: bytes) -> News:
    """
    Read what `NotificationRule.written` wrote.

    :raises ValueError, TypeError: it did not write that
    """
    kind, ref, version = json.loads(message)
    return News(Topic(kind, UUID(ref)), int(version))


def current_versions(topics: Iterable[Topic]) -> dict[Topic, int]:
    """Look up the versions of now. One query, however many."""
    refs: dict[str, list[UUID]] = {"board": [], "order": []}
    for topic in topics:
        refs[topic.kind].append(topic.ref)
    boards = _rows(Kitchen.objects.filter(ref__in=refs["board"]), "board", "version")
    orders = _rows(Order.objects.filter(ref__in=refs["order"]), "order", "seq")
    return {Topic(kind, ref): version for kind, ref, version in boards.union(orders, all=True)}


def _rows(aggregates: QuerySet[Any], kind: str, version: str) -> QuerySet[Any, Any]:
    named: QuerySet[Any] = aggregates.order_by().annotate(kind=Value(kind, output_field=CharField()), newest=F(version))
    rows: QuerySet[Any, Any] = named.values_list("kind", "ref", "newest")
    return rows
