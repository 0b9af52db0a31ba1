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


class Identity(models.Model):
    """
    Who somebody is at a sign-in server: the only way by which a person is known again.

    E-mail addresses change hands, and anybody may choose a username. An issuer's subject never moves.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class RateLimitCounter(models.Model):
    """How often somebody has tried something of late: the table of the cache by which accounts count."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        db_table = "users_limit"

    def __str__(self) -> str:
        return self.cache_key


class OidcSession(models.Model):
    """A session that Keycloak began: what it takes to ask again whether it still stands, and to end it."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="oidc_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    sid = models.CharField(max_length=255, blank=True, db_index=True)  # of Keycloak's own session
    encrypted_tokens = models.TextField()  # refresh and ID token, encrypted (`users.encryption`)
    authenticated_at = models.DateTimeField()  # when somebody last proved who they are, not merely came back
    checked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"session of {self.identity}"
