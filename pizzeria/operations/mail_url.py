"""The mail server's address, as it is written in the environment."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from environs import ValidationError

DEFAULT_TIMEOUT = 10.0  # to connect, and for each answer
MAX_TIMEOUT = 25.0  # a task that takes 30 s is stopped

type Mailers = dict[str, dict[str, Any]]


def parse_mail_url(url: str) -> Mailers:
    """
    Django's MAILERS from an address, or none from an empty text.

    ``smtp://user:password@host:port`` begins in plain and insists on TLS before the password is said; ``?tls=no``
    leaves it plain. ``smtps://`` is TLS from the first byte. ``?timeout=5`` are seconds, to connect and for an answer.

    :raises ValidationError: it is none; the message repeats nothing of it
    """
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        tls, seconds, port = asked.pop("tls", "yes"), float(asked.pop("timeout", DEFAULT_TIMEOUT)), parts.port
    except ValueError:
        raise ValidationError("Not an address of a mail server.") from None
    known = parts.scheme in ("smtp", "smtps") and parts.hostname and tls in ("yes", "no") and not asked
    if not known or not 0 < seconds <= MAX_TIMEOUT:
        raise ValidationError("Not smtp://user:password@host:port?tls=no&timeout=10 (or smtps://…).")
    options = {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and tls == "yes",
        "timeout": seconds,
    }
    return {"default": {"BACKEND": "orders.channels.smtp_backend.TrackingEmailBackend", "OPTIONS": options}}
