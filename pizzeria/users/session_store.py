"""
The sessions' store: Django's in the database, behind a cache, with fewer statements.

A session is one row, so that writing it needs no transaction: one statement is one already. A new key is not looked up
before: it is random, with more than 160 bits, and the statement that creates its row fails if there is one.
"""

from django.conf import settings
from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.core.cache import caches
from django.db import DatabaseError, IntegrityError, router, transaction
from django.utils.crypto import get_random_string

KEY_LENGTH = 32


class SessionStore(cached_db.SessionStore):
    def _get_new_session_key(self) -> str:
        return get_random_string(KEY_LENGTH, VALID_KEY_CHARS)

    def save(self, must_create: bool = False) -> None:
        """
        Save the session in its row and in the cache.

        :raises CreateError: it must be created, and its key exists
        :raises UpdateError: it must be updated, and has been deleted meanwhile
        """
        using = router.db_for_write(self.model)
        if self.session_key is None or transaction.get_connection(using).in_atomic_block:
            super().save(must_create)
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = self.create_model_instance(data)
        try:
            row.save(force_insert=must_create, force_update=not must_create, using=using)
        except IntegrityError:
            if must_create:
                raise CreateError from None
            raise
        except DatabaseError:
            if not must_create:
                raise UpdateError from None
            raise
        caches[settings.SESSION_CACHE_ALIAS].set(self.cache_key, data, self.get_expiry_age())
