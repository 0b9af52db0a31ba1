"""Secrets nobody chose and nobody needs to know: made at the first start, kept beside the data."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept(file: Path) -> str:
    """The secret in ``file``, which only its owner reads; made if it is missing. Safe in a URL, 67 characters."""
    with suppress(FileNotFoundError):
        if secret := file.read_text():
            return secret
    secret = secrets.token_urlsafe(50)
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(secret)
    return secret
