"""Encryption of secrets stored in the database, by a key derived from SECRET_KEY."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def encrypt(content: dict[str, Any]) -> str:
    """Return a JSON-serializable mapping as encrypted text."""
    return _fernet().encrypt(json.dumps(content).encode()).decode()


def decrypt(ciphertext: str) -> dict[str, Any]:
    """
    Return the mapping that `encrypt` encrypted, also with an earlier secret (SECRET_KEY_FALLBACKS).

    :raises ValueError: the text was not encrypted with any of the shop's secrets
    """
    try:
        content: dict[str, Any] = json.loads(_fernet().decrypt(ciphertext.encode()))
    except InvalidToken:
        raise ValueError("encrypted with another secret") from None
    return content


def reencrypt(ciphertext: str) -> str:
    """
    Return a text encrypted with the newest secret (SECRET_KEY); the text itself if it is already.

    :raises ValueError: the text was not encrypted with any of the shop's secrets
    """
    try:
        _key(settings.SECRET_KEY).decrypt(ciphertext.encode())
    except InvalidToken:
        return encrypt(decrypt(ciphertext))
    return ciphertext


def _fernet() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    derived = hashlib.blake2b(force_bytes(secret), digest_size=32, person=b"pizzeria.sealed").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
