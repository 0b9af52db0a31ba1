from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.ids import uuid7


def opaque_username() -> str:
    """Make a username that says nothing about a person: names and addresses change hands."""
    return uuid7().hex


class User(AbstractUser):
    """Somebody who can sign in."""

    username = models.CharField(_("username"), max_length=150, unique=True, default=opaque_username)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return self.get_full_name() or self.username
