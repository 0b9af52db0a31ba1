"""System check of a deployment: no webhook reaches a network that is not public."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_extra_networks(**_: Any) -> list[CheckMessage]:
    """Return an error if webhooks may be sent to networks beside the public internet."""
    if not settings.WEBHOOK_EXTRA_NETWORKS:
        return []
    return [
        Error(
            "WEBHOOK_EXTRA_NETWORKS is not empty: webhooks reach these networks, also by plain http.",
            hint="It is for development. In a shop it would let admins call what only this machine can reach.",
            id="webhooks.E001",
        )
    ]
