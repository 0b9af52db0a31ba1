"""
Receivers that publish live updates for the board, for deliveries and for orders.

They run inside the transaction and publish after its commit: no update goes out for a command that was refused, or
before its changes are visible.
"""

from functools import partial

from django.db import transaction
from django.dispatch import receiver

from kitchen import signals as kitchen_signals
from kitchen.models import FulfillmentMethod, Kitchen
from orders.deliveries.selectors import deliveries_version
from orders.models import Order
from pizzeria.foundation.events.signals import recorded
from pizzeria.live import publisher
from pizzeria.live.topics import Topic, TopicUpdate


@receiver(kitchen_signals.board_changed, dispatch_uid="live.on_board_changed")
def on_board_changed(*, kitchen: Kitchen, **_: object) -> None:
    _publish_on_commit(TopicUpdate(Topic("board", kitchen.ref), kitchen.version))


@receiver(recorded, sender=Order, dispatch_uid="live.on_order_recorded")
def on_order_recorded(*, aggregate: Order, **_: object) -> None:
    _publish_on_commit(TopicUpdate(Topic("order", aggregate.ref), aggregate.seq))
    if aggregate.method == FulfillmentMethod.DELIVERY and aggregate.has_started:  # before, drivers do not see it
        transaction.on_commit(partial(_publish_deliveries, aggregate), robust=True)


def _publish_on_commit(update: TopicUpdate) -> None:
    transaction.on_commit(partial(publisher.publish, update), robust=True)


def _publish_deliveries(order: Order) -> None:
    """Publish the version of the deliveries as they are after the commit: at most two queries."""
    publisher.publish(TopicUpdate(Topic("deliveries", order.kitchen.ref), deliveries_version()))
