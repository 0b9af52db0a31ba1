from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractUser
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet

PERMISSION_NAMES = """
    SELECT content_type.app_label || '.' || permission.codename
    FROM auth_permission AS permission
    JOIN django_content_type AS content_type ON content_type.id = permission.content_type_id
    WHERE %(is_superuser)s OR permission.id IN (
        SELECT permission_id FROM users_user_user_permissions WHERE user_id = %(user_id)s
        UNION ALL
        SELECT permission_id FROM auth_group_permissions JOIN users_user_groups USING (group_id)
        WHERE user_id = %(user_id)s
    )
"""


def opaque_username() -> str:
    """Return a new username that says nothing about its user: names and e-mail addresses change hands."""
    return uuid7().hex


class User(AbstractUser):
    """A user who can sign in."""

    username = models.CharField(_("username"), max_length=150, unique=True, default=opaque_username)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def permission_names(self) -> set[str]:
        """
        Return the names of the user's permissions, of any group and of their own: "orders.deliver". One query.

        `get_all_permissions` returns the same, by two queries and ten times the CPU; every request of the staff asks.
        """
        if not self.is_active:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(PERMISSION_NAMES, {"user_id": self.pk, "is_superuser": self.is_superuser})
            return {name for (name,) in cursor.fetchall()}

    @property
    def confirmed_email(self) -> str:
        """
        Return the e-mail address that belongs to the user; blank if none is known.

        It is the sign-in server's claim or, for a local account, the address that its holder has confirmed.
        """
        if self.email:
            return self.email
        confirmed = EmailAddress.objects.filter(user=self, verified=True).order_by("-primary", "pk").first()
        return str(confirmed.email) if confirmed else ""


class IdentityQuerySet(LockingQuerySet["Identity"]):
    pass


class Identity(models.Model):
    """
    Issuer and subject of a user at an OpenID provider: the only attributes by which a returning user is recognised.

    E-mail addresses change hands, and usernames can be chosen freely. An issuer never gives a subject to another user.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    #: When the provider's answer was issued that the groups are from.
    roles_issued_at = models.DateTimeField(null=True, editable=False)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class RateLimitCounter(models.Model):
    """A counter of recent attempts: a row in the table of the database cache that holds the accounts' rate limits."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        db_table = "users_limit"

    def __str__(self) -> str:
        return self.cache_key


class OidcSession(models.Model):
    """A session that Keycloak began, with what is needed to revalidate it there and to end it."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="oidc_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    sid = models.CharField(max_length=255, blank=True, db_index=True)  # session ID at Keycloak
    encrypted_tokens = models.TextField()  # refresh and ID token, encrypted (`foundation.encryption`)
    authenticated_at = models.DateTimeField()  # last authentication at Keycloak, not last sign-in by SSO
    checked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"session of {self.identity}"
