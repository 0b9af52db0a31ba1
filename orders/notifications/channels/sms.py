"""
SMS channel, by the provider that ``NOTIFY_SMS_URL`` names, through apprise, which supports a hundred of them.

Apprise reports the outcome of a message only in its log. All of its plugins use the same wording, so the log is parsed
here. It goes nowhere else: it is full of phone numbers and texts.
"""

import logging
import re
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import phonenumbers
from django.conf import settings

from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage, OutcomeUnknown, Rejected, Unavailable
from pizzeria.foundation.phones import reason_not_to_call

if TYPE_CHECKING:
    from apprise import Apprise, AppriseResult

_STATUS = re.compile(r"error=(\d{3})\.$")
_STATUS_IN_BODY = re.compile(r'"status": ?(\d{3})\b')  # Twilio's `error=` is Twilio's own error code; its body has both
_CONNECTION_FAILED_TEXT = "Max retries exceeded"  # from requests, if there was no connection; it may try once
_REJECTED_STATUSES = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}


def is_configured() -> bool:
    """Return whether this shop sends SMS at all."""
    return bool(settings.NOTIFY_SMS_URL)


def is_provider_known() -> bool:
    """Return whether apprise understands ``NOTIFY_SMS_URL``."""
    return _provider(settings.NOTIFY_SMS_URL, to="+393123456789") is not None


def send(outbound: OutboundMessage) -> str:
    """
    Send a message's text to the provider, and return once the provider has accepted it.

    :returns: "" so far: apprise does not pass on the provider's id
    :raises DeliveryFailed: as Rejected, Unavailable or OutcomeUnknown
    """
    if not is_configured():
        raise Unavailable("No SMS provider is configured.")
    number = _parse_number(outbound.to)
    if number is None:
        raise Rejected("The recipient is not a valid phone number.")
    if reason_not_to_call(number):
        raise Rejected("The shop does not send SMS to this kind of number.")
    provider = _provider(settings.NOTIFY_SMS_URL, to=outbound.to)
    if provider is None:
        raise Unavailable("apprise cannot parse NOTIFY_SMS_URL.")
    if getattr(provider[0], "targets", [outbound.to]) == []:  # Twilio's plugin would send to the shop's own number
        raise Rejected("The SMS provider does not support this number.")
    with provider.notify(body=outbound.text, body_format="text", log_level=logging.DEBUG) as result:
        if not result:
            raise _error_for_result(result)
    return ""


def _parse_number(text: str) -> phonenumbers.PhoneNumber | None:
    """Return the number that a text in international form holds; None if it is no valid number."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _provider(url: str, *, to: str) -> "Apprise | None":
    """Return a provider for one message, or None: a second message by the same object would be delayed for seconds."""
    apprise = import_module("apprise")  # here, not above: 0.4 s and 30 MB that only the worker needs
    parts = urlsplit(url)
    asset = apprise.AppriseAsset(
        app_id="Pizzeria",
        storage_mode="memory",  # no personal data on the disk
        service_timeout=0,  # the URL's cto and rto bound each wait, without threads that outlive the call
        http_redirects=False,
    )
    service = apprise.Apprise.instantiate(
        urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(to, safe='')}")), asset=asset
    )
    if service is None:
        return None
    service.retry = 0  # whatever the URL says: attempts are counted on the notification
    provider: Apprise = apprise.Apprise(service, asset=asset)
    return provider


def _error_for_result(result: "AppriseResult") -> DeliveryFailed:
    entries = list(result.logs())
    warnings = [entry.message for entry in entries if entry.level == "WARNING"]
    bodies = [entry.message for entry in entries if entry.message.startswith("Response Details:")]
    failures = [entry.message for entry in entries if entry.message.startswith("Socket Exception:")]

    found = [_STATUS.search(warning) for warning in warnings] + [_STATUS_IN_BODY.search(body) for body in bodies]
    if status := next((int(match[1]) for match in found if match), None):
        return _error_for_status(status)
    if any(_CONNECTION_FAILED_TEXT not in failure for failure in failures):
        return OutcomeUnknown("The SMS provider accepted the message and did not answer.")
    if failures:
        return Unavailable("The SMS provider cannot be reached.")
    # An answer that cannot be parsed, or an interrupted sender.
    return OutcomeUnknown("The SMS provider's answer cannot be parsed.")


def _error_for_status(status: int) -> DeliveryFailed:
    message = f"The SMS provider answered {status}."
    if status in _REJECTED_STATUSES:
        return Rejected(message)
    if status == HTTPStatus.GATEWAY_TIMEOUT:  # the server behind the gateway may have accepted the message
        return OutcomeUnknown(message)
    return Unavailable(message)
