import pytest

from menu.models import Pizza, Topping
from pizzeria.users.roles import MANAGER


@pytest.fixture
def marta(sign_in):
    """Return the browser of a signed-in manager."""
    return sign_in(MANAGER, first_name="Marta")


@pytest.fixture
def margherita():
    return Pizza.objects.get(slug="margherita")


@pytest.fixture
def pepperoni():
    return Pizza.objects.get(slug="pepperoni")


@pytest.fixture
def olives():
    return Topping.objects.get(slug="olives")
