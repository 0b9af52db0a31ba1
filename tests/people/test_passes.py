"""Passes: what somebody holds who follows a stream, and sends no request by which they could be asked."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from kitchen.permissions import SEE_BOARD
from pizzeria.foundation import clock
from pizzeria.people.models import SignIn, User
from pizzeria.people.passes import Pass, still_good
from pizzeria.people.roles import CUSTOMER
from pizzeria.people.services import give_roles
from tests.factories import UserFactory
from tests.people.arriving import come_back, time_passes
from tests.people.realm import Person

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def ciro():
    return Person("ciro", roles=("chef",))


@pytest.fixture
def held(client, realm, ciro):
    """The pass of Ciro's board, which is all that is left of his browser."""
    come_back(client, realm, ciro)
    return Pass(client.session.session_key, SEE_BOARD)


def is_good(held, **later):
    SignIn.objects.update(checked_at=F("checked_at") - timedelta(**later))
    return held in still_good({held}, at=clock.now())


def test_are_good_while_nothing_happens_and_ask_nobody(held, realm):
    realm.asked.clear()

    assert is_good(held, minutes=4)
    assert realm.asked == []


def test_are_asked_about_every_five_minutes(held, realm):
    realm.asked.clear()

    assert is_good(held, minutes=5)
    assert [asked for _path, asked in realm.asked if asked.get("grant_type") == "refresh_token"]


def test_are_good_no_more_once_the_role_is_taken_away(held, ciro):
    ciro.roles = ("customer",)

    assert not is_good(held, minutes=5)


def test_are_good_no_more_once_the_server_knows_the_session_no_longer(held, realm):
    realm.refresh_tokens.clear()

    assert not is_good(held, minutes=5)


def test_are_good_no_more_once_the_server_ends_the_session(held, realm, ciro):
    Client().post(reverse("people:keycloak_logout"), {"logout_token": realm.logout_token(ciro)})

    assert not is_good(held)


def test_are_good_no_more_once_somebody_signs_out(held, client):
    client.post(reverse("people:sign_out"))

    assert not is_good(held)


def test_are_good_no_more_once_somebody_is_let_go_here(held):
    User.objects.update(is_active=False)

    assert not is_good(held)


@pytest.mark.parametrize(("idle", "good"), [({"hours": 11, "minutes": 59}, True), ({"hours": 12, "minutes": 1}, False)])
def test_are_good_no_more_when_nobody_used_the_session_for_half_a_day(held, client, idle, good):
    """A screen that nobody looks at follows its stream for ever."""
    time_passes(client, **idle)

    assert is_good(held) == good


def test_stay_good_while_the_server_is_down(held, realm):
    realm.status = 503

    assert is_good(held, minutes=5)


def test_are_no_good_in_a_session_in_which_no_group_counts(held, settings):
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "django.contrib.auth.backends.ModelBackend"]
    browser = Client()
    browser.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")

    assert not is_good(Pass(browser.session.session_key, SEE_BOARD))


def test_of_customers_cost_two_queries_however_many(db, django_assert_num_queries):
    held = set()
    for _customer in range(20):
        browser, user = Client(), UserFactory()
        give_roles(user, [CUSTOMER])
        browser.force_login(user)
        held.add(Pass(browser.session.session_key))

    with django_assert_num_queries(2):
        assert still_good(held, at=clock.now()) == held
