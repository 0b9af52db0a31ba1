"""
The topics that a screen can follow, a kitchen's board, its deliveries or an order's tracker, and the live updates.

A version is a number that only grows: the board's version, or the number of the order's newest event. That of the
deliveries is a fingerprint of what their page shows: another one means that it has changed. An update holds topic and
version only, so it is not confidential: the screen fetches what changed from the page, which checks access.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from kitchen.models import Kitchen
from orders.deliveries.selectors import deliveries_version
from orders.models import Order

# Redis channels span all databases; shops that share a Redis tell their updates apart by the refs in them.
CHANNEL = "pizzeria.live"


@dataclass(frozen=True, slots=True)
class Topic:
    kind: Literal["board", "deliveries", "order"]
    ref: UUID  # of the kitchen or of the order


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
    """Return the current version of each topic. One query for boards and orders, and one for deliveries."""
    wanted = set(topics)
    refs = {kind: [topic.ref for topic in wanted if topic.kind == kind] for kind in ("board", "order")}
    boards = _rows(Kitchen.objects.filter(ref__in=refs["board"]), "board", "version")
    orders = _rows(Order.objects.filter(ref__in=refs["order"]), "order", "seq")
    versions = {Topic(kind, ref): version for kind, ref, version in boards.union(orders, all=True)}
    deliveries = {topic for topic in wanted if topic.kind == "deliveries"}
    return versions | (dict.fromkeys(deliveries, deliveries_version()) if deliveries else {})


def _rows(aggregates: QuerySet[Any], kind: str, version: str) -> QuerySet[Any, Any]:
    named: QuerySet[Any] = aggregates.order_by().annotate(kind=Value(kind, output_field=CharField()), newest=F(version))
    rows: QuerySet[Any, Any] = named.values_list("kind", "ref", "newest")
    return rows
