"""A shop in which limits, a webhook and a notification channel are on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orders.notifications.webhooks.services.subscriptions import store_webhook
from pizzeria.devtools.servers import message_sinks
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.shop.models import ShopSettings
from tests.http_receiver import receiving
from tests.load.production import LIMITS_ON
from tests.load.running_shop import RunningShop, running_shop
from tests.message_sinks import environment_of

# Limits of the shop's settings: they are checked, and nothing reaches them.
LIMITS = {
    "pizzas_per_order": 30,
    "total_per_order": 500,
    "open_orders_per_phone": 1000,
    "guest_share_percent": 100,
    "refund_limit": 50,
}


@contextmanager
def running_shop_with_everything_on(folder: Path) -> Iterator[RunningShop]:
    """
    Run the processes of a shop; guests are sent e-mails and SMS, and each event goes to a webhook.

    :param folder: for the messages that are sent
    """
    ShopSettings.objects.update(**LIMITS)
    with message_sinks.running(home=folder) as sinks, receiving() as receiver:
        store_webhook(
            ref=uuid7(),
            url=receiver.url("127.0.0.1"),
            event_names=[],
            description="benchmark",
            by=SYSTEM,
            at=clock.now(),
        )
        variables = {**environment_of(sinks), **LIMITS_ON, "WEBHOOK_EXTRA_NETWORKS": "127.0.0.0/8"}
        with running_shop(with_worker=True, **variables) as shop:
            yield shop
