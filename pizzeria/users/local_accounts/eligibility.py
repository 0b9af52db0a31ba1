"""Which users may have a local account, and the purge of unconfirmed accounts."""

from datetime import datetime

from pizzeria.users.models import Identity, User


def may_have_account(user: User) -> bool:
    """
    Return whether a user may have a password or a passkey here: active, and without an identity at a sign-in server.

    For a user with such an identity, only the sign-in server decides whether the user may still sign in.
    """
    return user.is_active and not Identity.objects.filter(user=user).exists()


def purge_unconfirmed_accounts(*, before: datetime) -> int:
    """
    Delete accounts without a confirmed e-mail address whose user never signed in; return how many.

    The owner of the e-mail address can then sign up with it.

    :param before: only accounts created earlier
    """
    waiting = User.objects.filter(
        emailaddress__isnull=False, last_login=None, date_joined__lt=before, identities=None
    ).exclude(emailaddress__verified=True)
    users = list(waiting.distinct())
    for user in users:
        user.delete()
    return len(users)
