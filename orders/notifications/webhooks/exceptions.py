"""Refusals of webhooks."""

from pizzeria.foundation.refusals import Refusal


class WebhookNotFound(Refusal):
    """There is no such webhook, or no such delivery of it."""

    code = "webhook_not_found"
    status = 404


class WebhookUrlRefused(Refusal):
    """The shop does not call this URL."""

    code = "webhook_url_refused"
    status = 422


class WebhookDisabled(Refusal):
    """The webhook is disabled, so nothing can be sent to it."""

    code = "webhook_disabled"
