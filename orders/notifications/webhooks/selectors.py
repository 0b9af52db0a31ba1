"""Queries of webhooks."""

from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from orders.notifications.webhooks.event_names import name_of
from orders.notifications.webhooks.exceptions import WebhookNotFound
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription, WebhookSubscriptionQuerySet
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent


def subscribed_to(event: StoredEvent) -> WebhookSubscriptionQuerySet:
    """Return the enabled subscriptions that an event is sent to."""
    return WebhookSubscription.objects.to_event(name_of(event.type)).order_by("pk")


def is_subscribed_to(event: StoredEvent, *, batch: RelayBatch) -> bool:
    """
    Return whether any enabled subscription is to an event. One query for all events of a batch.

    :param batch: the batch in which the event is published
    """
    name = name_of(event.type)
    chosen = batch.once("event names of webhooks", _chosen_event_names)
    return any(not names or name in names for names in chosen)


def _chosen_event_names() -> list[list[str]]:
    """Return which events each enabled subscription has chosen; an empty list: all."""
    return list(WebhookSubscription.objects.filter(disabled_at=None).values_list("event_names", flat=True))


def newest_subscriptions() -> QuerySet[WebhookSubscription]:
    return WebhookSubscription.objects.order_by("-pk")


def get_subscription(ref: UUID) -> WebhookSubscription:
    """
    Return a subscription by its ref.

    :raises WebhookNotFound: there is none
    """
    found = WebhookSubscription.objects.filter(ref=ref).first()
    if found is None:
        raise webhook_not_found()
    return found


def deliveries_of(ref: UUID) -> QuerySet[WebhookDelivery]:
    """
    Return the deliveries of a subscription with their events, newest first.

    :raises WebhookNotFound: there is no such subscription
    """
    return get_subscription(ref).deliveries.select_related("event").order_by("-pk")


def get_delivery(ref: UUID) -> WebhookDelivery:
    """
    Return a delivery by its ref, with its event and its subscription.

    :raises WebhookNotFound: there is none
    """
    found = WebhookDelivery.objects.filter(ref=ref).select_related("event", "subscription").first()
    if found is None:
        raise delivery_not_found()
    return found


def has_due_delivery(subscription_id: int, *, at: datetime) -> bool:
    """Return whether something is to be sent to a subscription now."""
    return WebhookDelivery.objects.due(at).accepted(at).filter(subscription=subscription_id).exists()


def subscriptions_with_due_deliveries(at: datetime) -> list[int]:
    """
    Return the ids of the subscriptions to which something is to be sent now, the longest due first. One query.

    Not of those to which something is being sent: the rest follows it.
    """
    being_sent = WebhookDelivery.objects.being_sent(at).values("subscription_id")
    due = WebhookDelivery.objects.due(at).accepted(at).exclude(subscription_id__in=being_sent)
    first_due = due.values("subscription_id").annotate(first=Min("due_at")).order_by("first")
    return [row["subscription_id"] for row in first_due]


def busy_subscriptions(at: datetime) -> set[int]:
    """Return the ids of the subscriptions of which a delivery is due or being sent. One query."""
    deliveries = WebhookDelivery.objects.due(at) | WebhookDelivery.objects.being_sent(at)
    return set(deliveries.values_list("subscription_id", flat=True))


def webhook_not_found() -> WebhookNotFound:
    return WebhookNotFound(_("There is no such webhook."))


def delivery_not_found() -> WebhookNotFound:
    return WebhookNotFound(_("There is no such delivery."))
