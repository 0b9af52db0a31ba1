"""Creation, deletion and re-enabling of subscriptions, by admins."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from orders.notifications.webhooks import selectors
from orders.notifications.webhooks.exceptions import WebhookUrlRefused
from orders.notifications.webhooks.models import WebhookSubscription
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from pizzeria.foundation import encryption
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest, is_claimed
from pizzeria.foundation.outbound_http.deadline import RequestFailed
from pizzeria.foundation.outbound_http.destinations import check_url
from pizzeria.foundation.refusals import NotAllowed

log = structlog.get_logger(__name__)


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

    The URL is checked before the transaction, as the resolver is asked for its host; not when the request is repeated.

    :param event_names: of `event_names.EVENT_NAMES`; empty: all
    :raises NotAllowed: the actor is not an admin
    :raises WebhookUrlRefused: the shop does not call this URL, or cannot find its host
    """
    refuse_unless_allowed(by)
    if idempotency is None or not is_claimed(principal=idempotency.principal, key=idempotency.key):
        _refuse_unless_called(url)
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
    """Store the subscription of a checked URL, with a new secret. See `create_webhook`."""
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
    lock_subscription(ref).delete()


@command(replay=selectors.get_subscription)
def enable_webhook(
    *, ref: UUID, by: Actor, at: datetime, idempotency: IdempotentRequest | None = None
) -> WebhookSubscription:
    """
    Enable a subscription again: what was not delivered since its attempts fail is queued. Events that were published
    while it was disabled are not made up.

    :raises NotAllowed: the actor is not an admin
    :raises WebhookNotFound: there is no such subscription
    """
    refuse_unless_allowed(by)
    subscription = lock_subscription(ref)
    subscription.deliveries.waiting().queue_again(at=at)
    if subscription.failing_since:
        subscription.deliveries.given_up_since(subscription.failing_since).queue_again(at=at)
    subscription.disabled_at, subscription.disabled_reason = None, ""
    subscription.failing_since, subscription.failures, subscription.paused_until = None, 0, None
    subscription.save()
    return subscription


@command
def reencrypt_webhook_secrets(*, by: Actor) -> int:
    """
    Encrypt the secrets with the newest SECRET_KEY; return how many were encrypted with an earlier one.

    A secret that none of the keys decrypts is left as it is, and logged.

    :raises NotAllowed: the actor is not an admin
    """
    refuse_unless_allowed(by)
    changed = 0
    for subscription in WebhookSubscription.objects.for_update().order_by("pk"):
        try:
            secret = encryption.reencrypt(subscription.encrypted_secret)
        except ValueError:
            log.warning("webhook_secret_unreadable", webhook=str(subscription.ref))
            continue
        if secret != subscription.encrypted_secret:
            subscription.encrypted_secret = secret
            subscription.save(update_fields=["encrypted_secret"])
            changed += 1
    return changed


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


def _refuse_unless_called(url: str) -> None:
    try:
        check_url(url)
    except RequestFailed as failure:
        raise WebhookUrlRefused(str(failure), field="url") from failure
