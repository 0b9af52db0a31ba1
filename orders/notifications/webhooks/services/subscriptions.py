"""Creation, deletion and re-enabling of subscriptions, by admins."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from orders.notifications.webhooks import selectors
from orders.notifications.webhooks.exceptions import WebhookUrlRefused
from orders.notifications.webhooks.models import WebhookSubscription
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from pizzeria.foundation import encryption
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.outbound_http.deadline import RequestFailed
from pizzeria.foundation.outbound_http.destinations import check_url
from pizzeria.foundation.refusals import NotAllowed


def create_webhook(
    *,
    ref: UUID,
    url: str,
    event_names: Sequence[str],
    description: str,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> WebhookSubscription:
    """
    Subscribe a URL to events that are published from now on.

    The URL is checked before the transaction, as the resolver is asked for its host.

    :param event_names: of `event_names.EVENT_NAMES`; empty: all
    :raises NotAllowed: the actor is not an admin
    :raises WebhookUrlRefused: the shop does not call this URL, or cannot find its host
    """
    refuse_unless_allowed(by)
    try:
        check_url(url)
    except RequestFailed as failure:
        raise WebhookUrlRefused(str(failure), field="url") from failure
    return store_webhook(
        ref=ref, url=url, event_names=event_names, description=description, by=by, at=at, idempotency=idempotency
    )


@command(replay=selectors.get_subscription)
def store_webhook(
    *,
    ref: UUID,
    url: str,
    event_names: Sequence[str],
    description: str,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> WebhookSubscription:
    """Store the subscription of a checked URL, with a new secret; `create_webhook` says the rest."""
    refuse_unless_allowed(by)
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    return WebhookSubscription.objects.create(
        ref=ref,
        url=url,
        description=description,
        event_names=list(event_names),
        encrypted_secret=encryption.encrypt({"secret": secret}),
        created_by=str(by),
        created_at=at,
    )


@command
def delete_webhook(*, ref: UUID, by: Actor, at: datetime) -> None:
    """
    Delete a subscription with all of its deliveries, those that are not sent yet included.

    :raises NotAllowed: the actor is not an admin
    :raises WebhookNotFound: there is no such subscription
    """
    refuse_unless_allowed(by)
    # Not `for_update`, which lets the relay add deliveries meanwhile, of which Django would not know.
    subscription = WebhookSubscription.objects.select_for_update().filter(ref=ref).first()
    if subscription is None:
        raise selectors.webhook_not_found()
    subscription.delete()


@command(replay=selectors.get_subscription)
def enable_webhook(
    *, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None
) -> WebhookSubscription:
    """
    Enable a subscription again: what is still to be sent is sent at once. Events published meanwhile are not made up.

    :raises NotAllowed: the actor is not an admin
    :raises WebhookNotFound: there is no such subscription
    """
    refuse_unless_allowed(by)
    subscription = lock_subscription(ref)
    subscription.disabled_at, subscription.disabled_reason = None, ""
    subscription.failing_since, subscription.failures, subscription.paused_until = None, 0, None
    subscription.save()
    return subscription


def lock_subscription(ref: UUID) -> WebhookSubscription:
    """
    Lock a subscription; always before its deliveries.

    :raises WebhookNotFound: there is none
    """
    subscription = WebhookSubscription.objects.for_update().filter(ref=ref).first()
    if subscription is None:
        raise selectors.webhook_not_found()
    return subscription


def refuse_unless_allowed(by: Actor) -> None:
    """
    Refuse an actor who is not an admin.

    :raises NotAllowed: the actor is not
    """
    if not by.may(MANAGE_WEBHOOKS):
        raise NotAllowed(_("Only admins can do that."))
