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
def _patience_with_letters(monkeypatch):
    """A mail server on a loaded machine may need longer for its answers than somebody at a browser is kept waiting."""
    monkeypatch.setattr(emails, "SECONDS", 25.0)


@pytest.fixture
def cook(kitchen):
    """A cook, known by Keycloak, whose row has by some mishap all that an account has."""
    sync_roles(by=SYSTEM)
    user = account_holder("ciro@example.com", first_name="Ciro")
    user.email = "ciro@example.com"
    user.save()
    assign_roles(user, [KITCHEN])
    Identity.objects.create(user=user, issuer="https://sso.example/realms/pizzeria", subject="ciro")
    return user
