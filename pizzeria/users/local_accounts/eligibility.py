"""Which users may have a local account, and the purge of unconfirmed accounts."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet

from pizzeria.users.models import Identity, User


def may_have_account(user: User) -> bool:
    """
    Return whether a user may have a password or a passkey here: active, and without an identity at a sign-in server.

    For a user with such an identity, only the sign-in server decides whether the user may still sign in.
    """
    return user.is_active and not Identity.objects.filter(user=user).exists()


def postpone_purge(email: str, *, at: datetime) -> None:
    """Set the date of an account to which a code is sent, if its user has never signed in, so that it is not purged."""
    User.objects.filter(emailaddress__email__iexact=email, last_login=None).update(date_joined=at)


def purge_unconfirmed_accounts(*, before: datetime) -> int:
    """
    Delete accounts without a confirmed e-mail address whose user never signed in; return how many.

    The owner of the e-mail address can then sign up with it.

    :param before: only accounts created earlier, to which no code was sent since
    """
    unconfirmed = User.objects.filter(
        emailaddress__isnull=False, last_login=None, date_joined__lt=before, identities=None
    ).exclude(emailaddress__verified=True)
    return sum(_delete_if_still(unconfirmed, user_id) for user_id in set(unconfirmed.values_list("pk", flat=True)))


def _delete_if_still(unconfirmed: QuerySet[User], user_id: int) -> bool:
    """Delete a user unless the e-mail address has been confirmed meanwhile; return whether the user was deleted."""
    with transaction.atomic():
        list(EmailAddress.objects.select_for_update().filter(user=user_id))
        return bool(unconfirmed.filter(pk=user_id).delete()[0])
