"""System checks of the channels: errors that can be found before anything is sent."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from orders.channels import sms


@register
def check_sms_provider(**_: Any) -> list[CheckMessage]:
    """Return an error for a `NOTIFY_SMS_URL` that apprise does not understand, without repeating the password in it."""
    if not sms.is_configured() or sms.is_provider_known():
        return []
    return [
        Error(
            "NOTIFY_SMS_URL is no address that apprise understands.",
            hint="See https://appriseit.com/services/ for your provider's. The guest's number is added at its end.",
            id="orders.E010",
        )
    ]
