import logging

import pytest
from django.urls import reverse

from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import complete_login


@pytest.fixture
def ciro():
    """A cook, as a user of the sign-in server."""
    return Person("ciro", roles=("chef",))


@pytest.fixture
def signed_in_browser(client, realm, ciro):
    """Ciro's browser, signed in and with the kitchen board open."""
    complete_login(client, realm, ciro)
    assert client.get(reverse("kitchen:board")).status_code == 200
    realm.requests.clear()
    return client


@pytest.fixture
def warned(caplog):
    """Return a function that returns the warnings and errors in the log, without those of django-structlog."""

    def lines():
        records = [record for record in caplog.records if record.levelno >= logging.WARNING]
        return [record.msg for record in records if not record.name.startswith("django_structlog")]

    return lines
