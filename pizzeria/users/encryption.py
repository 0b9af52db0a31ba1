"""What lies in the database and is nobody's to read there: sealed by a key that is made of the shop's secret."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def encrypt(content: dict[str, Any]) -> str:
    """Encrypt something that can be written as JSON."""
    return _fernet().encrypt(json.dumps(content).encode()).decode()


def decrypt(sealed: str) -> dict[str, Any]:
    """
    Decrypt what `encrypt` encrypted, also by an earlier secret (SECRET_KEY_FALLBACKS).

    :raises ValueError: it was not sealed by a secret of this shop
    """
    try:
        content: dict[str, Any] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken:
        raise ValueError("sealed by another secret") from None
    return content


def _fernet() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    derived = hashlib.blake2b(force_bytes(secret), digest_size=32, person=b"pizzeria.sealed").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
