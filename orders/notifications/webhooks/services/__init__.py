"""Commands of webhooks: who is sent events, and the deliveries to them."""

from orders.notifications.webhooks.services.delivery import (
    claim_webhook_delivery,
    create_webhook_deliveries,
    purge_webhook_deliveries,
    redeliver_webhook,
    send_next_delivery,
)
from orders.notifications.webhooks.services.outcomes import record_webhook_outcome
from orders.notifications.webhooks.services.subscriptions import (
    create_webhook,
    delete_webhook,
    enable_webhook,
    reencrypt_webhook_secrets,
)

__all__ = [
    "claim_webhook_delivery",
    "create_webhook",
    "create_webhook_deliveries",
    "delete_webhook",
    "enable_webhook",
    "purge_webhook_deliveries",
    "record_webhook_outcome",
    "redeliver_webhook",
    "reencrypt_webhook_secrets",
    "send_next_delivery",
]
