"""Commands that create users of an OpenID provider and update them at every sign-in and every session revalidation."""

from datetime import datetime

from django.db import IntegrityError, transaction

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.users import claims as read
from pizzeria.users.claims import Claims
from pizzeria.users.models import Identity, User
from pizzeria.users.roles import roles_by_name
from pizzeria.users.services.roles import assign_roles


@command
def upsert_user_from_claims(
    *, issuer: str, subject: str, claims: Claims, roles: frozenset[str], issued_at: datetime, by: Actor
) -> User:
    """
    Return the user with this issuer and subject, created if there is none, and update it from the claims.

    Users are never matched by e-mail. Name and e-mail are updated from the claims that are present; the groups become
    exactly those of the roles, unless a later answer of the issuer is stored already. A created user has an opaque
    username and no password, and cannot get one.

    :param roles: role names at the issuer; names that are not in our roles table are ignored
    :param issued_at: when the issuer made this answer
    """
    if find_user(issuer, subject) is None:
        _create_user(issuer, subject)
    identity = Identity.objects.for_update().get(issuer=issuer, subject=subject)
    _update_from_claims(identity.user, claims)
    _assign_roles_issued_at(issued_at, identity, roles)
    return identity.user


@command
def create_user_from_claims(*, issuer: str, subject: str, claims: Claims, by: Actor) -> User:
    """
    Return a new user for the owner of an access token who has never signed in: name and e-mail, but no groups.

    Groups are set by signing in. If the user signs in at the same moment, the groups set there are kept.
    """
    user = _create_user(issuer, subject)
    _update_from_claims(user, claims)
    return user


@command
def sync_groups(*, identity: Identity, roles: frozenset[str], issued_at: datetime, by: Actor) -> bool:
    """
    Set a user's groups to exactly those of the roles, unless a later answer of the issuer is stored already.

    :param issued_at: when the issuer made this answer
    :returns: whether groups, staff or superuser flag changed
    """
    locked = Identity.objects.for_update().get(pk=identity.pk)
    before = _groups_and_flags(locked.user)
    _assign_roles_issued_at(issued_at, locked, roles)
    return _groups_and_flags(locked.user) != before


def find_user(issuer: str, subject: str) -> User | None:
    """Return the user with this issuer and subject, or None."""
    identity = Identity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return identity.user if identity else None


def _create_user(issuer: str, subject: str) -> User:
    try:
        with transaction.atomic():
            user = User()
            user.set_unusable_password()
            user.save()
            Identity.objects.create(user=user, issuer=issuer, subject=subject)
            return user
    except IntegrityError:  # the same identity was created concurrently, from another browser
        return Identity.objects.select_related("user").get(issuer=issuer, subject=subject).user


def _update_from_claims(user: User, claims: Claims) -> None:
    claimed = {
        "first_name": read.text(claims, "given_name"),
        "last_name": read.text(claims, "family_name"),
        "email": read.email(claims),
    }
    changed = [field for field, value in claimed.items() if value and getattr(user, field) != value]
    for field in changed:
        setattr(user, field, claimed[field])
    if changed:
        user.save(update_fields=changed)


def _assign_roles_issued_at(issued_at: datetime, identity: Identity, roles: frozenset[str]) -> None:
    """
    Set the groups of a locked identity's user, unless they are from a later answer of the issuer.

    Its user is read after the lock, and so is as the answer before has left it.
    """
    if identity.roles_issued_at and issued_at < identity.roles_issued_at:
        return
    assign_roles(identity.user, roles_by_name(roles))
    identity.roles_issued_at = issued_at
    identity.save(update_fields=["roles_issued_at"])


def _groups_and_flags(user: User) -> tuple[set[str], bool, bool]:
    return set(user.groups.values_list("name", flat=True)), user.is_staff, user.is_superuser
