import pytest

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.local_accounts import emails
from pizzeria.users.models import Identity
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.users.account_holders import account_holder


@pytest.fixture(autouse=True)
def _counted_hashes(settings):
    """Count how often a password is hashed."""
    settings.PASSWORD_HASHERS = ["tests.users.account_holders.CountingHasher"]


@pytest.fixture(autouse=True)
def _long_smtp_timeout(monkeypatch):
    """Wait longer for the mail server than a user would be kept waiting: on a loaded machine, it answers slowly."""
    monkeypatch.setattr(emails, "SMTP_TIMEOUT", 25.0)


@pytest.fixture
def cook(kitchen):
    """A cook with an identity at Keycloak who also has, by mistake, all that belongs to a local account."""
    sync_roles(by=SYSTEM)
    user = account_holder("ciro@example.com", first_name="Ciro")
    user.email = "ciro@example.com"
    user.save()
    assign_roles(user, [KITCHEN])
    Identity.objects.create(user=user, issuer="https://sso.example/realms/pizzeria", subject="ciro")
    return user
