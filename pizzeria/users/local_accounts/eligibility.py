"""Whom accounts are for."""

from datetime import datetime

from pizzeria.users.models import Identity, User


def may_have_account(user: User) -> bool:
    """
    Tell whether somebody may have a password or a passkey here: nobody does whom a sign-in server knows.

    It alone says whether they may still come in.
    """
    return user.is_active and not Identity.objects.filter(user=user).exists()


def purge_unconfirmed_accounts(*, before: datetime) -> int:
    """
    Delete accounts whose e-mail nobody confirmed, and who never came in; give how many.

    Whoever the e-mail really belongs to finds it free again.
    """
    waiting = User.objects.filter(
        emailaddress__isnull=False, last_login=None, date_joined__lt=before, identities=None
    ).exclude(emailaddress__verified=True)
    users = list(waiting.distinct())
    for user in users:
        user.delete()
    return len(users)
