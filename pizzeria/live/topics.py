"""
The topics that a screen can follow, a kitchen's board or an order's tracker, and the live updates about them.

A topic has a version that only grows: the board's version, or the number of the order's newest event. An update holds
topic and version only, so it is not confidential: the screen fetches what changed from the page, which checks access.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from kitchen.models import Kitchen
from orders.models import Order

# Redis channels span all databases; shops that share a Redis tell their updates apart by the refs in them.
CHANNEL = "pizzeria.live"


@dataclass(frozen=True, slots=True)
class Topic:
    kind: Literal["board", "order"]
    ref: UUID


@dataclass(frozen=True, slots=True)
class TopicUpdate:
    topic: Topic
    version: int

    def serialize(self) -> str:
        return json.dumps([self.topic.kind, str(self.topic.ref), self.version])


def parse_update(message: bytes) -> TopicUpdate:
    """
    Return the update that a message holds, as serialized by `TopicUpdate.serialize`.

    :raises ValueError, TypeError: the message has another format
    """
    kind, ref, version = json.loads(message)
    return TopicUpdate(Topic(kind, UUID(ref)), int(version))


def current_versions(topics: Iterable[Topic]) -> dict[Topic, int]:
    """Return the current version of each topic. One query for any number of topics."""
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
