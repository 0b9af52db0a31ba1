"""People known by a sign-in server: taken in once, and as it says they are at every sign-in and every re-check."""

from django.db import IntegrityError, transaction

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.users import claims as read
from pizzeria.users.claims import Claims
from pizzeria.users.models import Identity, User
from pizzeria.users.roles import named
from pizzeria.users.services.roles import assign_roles


@command
def upsert_user_from_claims(*, issuer: str, subject: str, claims: Claims, roles: frozenset[str], by: Actor) -> User:
    """
    Find the person that an issuer knows by a subject, or make one: never somebody who has the same e-mail.

    Name and e-mail follow the claims that have them; groups are those that the roles name, no more and no less. Who is
    made here has a username of ours and no password, and can get none.

    :param roles: by their names at the issuer; those that are not in our table mean nothing
    """
    user = find_user(issuer, subject) or _create_user(issuer, subject)
    _update_from_claims(user, claims)
    assign_roles(user, named(roles))
    return user


@command
def create_user_from_claims(*, issuer: str, subject: str, claims: Claims, by: Actor) -> User:
    """
    Make somebody who calls by a token before having ever signed in: with a name and an e-mail, and no groups.

    Groups are a matter of signing in. Whoever did so at this very moment keeps theirs.
    """
    user = _create_user(issuer, subject)
    _update_from_claims(user, claims)
    return user


@command
def sync_groups(*, user: User, roles: frozenset[str], by: Actor) -> bool:
    """Let a person's groups be those that their roles name now; tell whether that changed anything."""
    before = _groups_and_flags(user)
    assign_roles(user, named(roles))
    return _groups_and_flags(user) != before


def find_user(issuer: str, subject: str) -> User | None:
    """Give the person that an issuer knows by a subject, if it is one of ours."""
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
    except IntegrityError:  # the same person, from another browser, at the same moment
        return Identity.objects.select_related("user").get(issuer=issuer, subject=subject).user


def _update_from_claims(user: User, claims: Claims) -> None:
    told = {
        "first_name": read.text(claims, "given_name"),
        "last_name": read.text(claims, "family_name"),
        "email": read.email(claims),
    }
    changed = [field for field, value in told.items() if value and getattr(user, field) != value]
    for field in changed:
        setattr(user, field, told[field])
    if changed:
        user.save(update_fields=changed)


def _groups_and_flags(user: User) -> tuple[set[str], bool, bool]:
    return set(user.groups.values_list("name", flat=True)), user.is_staff, user.is_superuser
