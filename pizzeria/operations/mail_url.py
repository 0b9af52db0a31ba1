"""Parser of MAIL_URL, the mail server's URL in the environment."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from environs import ValidationError

DEFAULT_TIMEOUT = 10.0  # seconds to connect, and for each answer
MAX_TIMEOUT = 25.0  # seconds; a task is stopped after 30 s

type Mailers = dict[str, dict[str, Any]]


def parse_mail_url(url: str) -> Mailers:
    """
    Return Django's MAILERS for a URL; an empty mapping for an empty text.

    ``smtp://user:password@host:port`` begins in plain text and requires TLS (STARTTLS) before the password is sent;
    ``?tls=no`` leaves it plain. ``smtps://`` is TLS from the first byte. ``?timeout=5`` is in seconds, to connect and
    for each answer.

    :raises ValidationError: not a URL of a mail server; the message repeats no part of it
    """
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        tls, seconds, port = query.pop("tls", "yes"), float(query.pop("timeout", DEFAULT_TIMEOUT)), parts.port
    except ValueError:
        raise ValidationError("Not an address of a mail server.") from None
    known = parts.scheme in ("smtp", "smtps") and parts.hostname and tls in ("yes", "no") and not query
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
    return {"default": {"BACKEND": "pizzeria.foundation.mail.smtp_backend.TrackingEmailBackend", "OPTIONS": options}}
