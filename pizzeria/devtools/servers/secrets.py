"""Random secrets that no person needs to know: made at the first start, kept beside the servers' data."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def load_or_create(file: Path) -> str:
    """Return the secret in ``file``; make it if missing, readable by its owner only. 67 characters, safe in a URL."""
    with suppress(FileNotFoundError):
        if secret := file.read_text():
            return secret
    secret = secrets.token_urlsafe(50)
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(secret)
    return secret
