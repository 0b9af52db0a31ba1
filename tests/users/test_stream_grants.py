"""Passes: what somebody holds who follows a stream, and sends no request by which they could be asked."""

from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from kitchen.permissions import SEE_BOARD
from pizzeria.foundation import clock
from pizzeria.users.models import OidcSession, User
from pizzeria.users.roles import CUSTOMER
from pizzeria.users.services.roles import assign_roles
from pizzeria.users.stream_grants import StreamGrant, revalidate_due, valid_grants
from tests.factories import UserFactory
from tests.live.serving import Reader, serving
from tests.users.fake_oidc_provider import CLIENT, Person
from tests.users.oidc_login import age_session, complete_login
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def held(client, realm, ciro):
    """The pass of Ciro's board, which is all that is left of his browser."""
    complete_login(client, realm, ciro)
    return pass_of(client)


def pass_of(browser):
    return StreamGrant(browser.session.session_key, SEE_BOARD)


def is_good(held, **later):
    OidcSession.objects.update(checked_at=F("checked_at") - timedelta(**later))
    revalidate_due({held}, at=clock.now())
    return held in valid_grants({held}, at=clock.now())


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
    Client().post(reverse("users:keycloak_logout"), {"logout_token": realm.logout_token(ciro)})

    assert not is_good(held)


def test_are_good_no_more_once_somebody_signs_out(held, client):
    client.post(reverse("users:sign_out"))

    assert not is_good(held)


def test_are_good_no_more_once_somebody_is_let_go_here(held):
    User.objects.update(is_active=False)

    assert not is_good(held)


@pytest.mark.parametrize(("idle", "good"), [({"hours": 11, "minutes": 59}, True), ({"hours": 12, "minutes": 1}, False)])
def test_are_good_no_more_when_nobody_used_the_session_for_half_a_day(held, client, idle, good):
    """A screen that nobody looks at follows its stream for ever."""
    age_session(client, **idle)

    assert is_good(held) == good


def test_stay_good_while_the_server_is_down(held, realm):
    realm.status = 503

    assert is_good(held, minutes=5)


def test_wait_for_a_server_that_says_nothing_one_at_a_time(realm, ciro):
    """Twenty boards would otherwise wait for it one after another, and none of them be looked at meanwhile."""
    held = {pass_of(browser_of(ciro, realm)) for _board in range(3)}
    OidcSession.objects.update(checked_at=F("checked_at") - timedelta(minutes=5))
    realm.status = 503
    realm.asked.clear()

    for _round in range(2):
        revalidate_due(held, at=clock.now())

    assert len({asked["refresh_token"] for _path, asked in realm.asked}) == len(realm.asked) == 2


@pytest.mark.django_db(transaction=True)
def test_end_streams_without_asking_a_silent_server_about_twenty_boards_first(realm):
    """To be looked at after it had been asked about each would take a board minutes."""
    cooks = [browser_of(Person(f"cook {number}", roles=("chef",)), realm) for number in range(20)]
    connected = {"OIDC_ISSUER": realm.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": "a secret of both"}
    with serving(**connected) as server, ExitStack() as open_boards:
        boards = [open_boards.enter_context(closing(Reader(server, reverse("live:board"), cook))) for cook in cooks]
        realm.speaks.clear()
        realm.asked.clear()
        OidcSession.objects.update(checked_at=F("checked_at") - timedelta(minutes=5))

        cooks[-1].session.flush()

        boards[-1].read_on()
        assert len(realm.asked) < len(boards)
        until(lambda: realm.asked)


def browser_of(person, realm):
    browser = Client()
    complete_login(browser, realm, person)
    return browser


def test_are_no_good_in_a_session_in_which_no_group_counts(held, settings):
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "django.contrib.auth.backends.ModelBackend"]
    browser = Client()
    browser.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")

    assert not is_good(pass_of(browser))


def test_of_customers_cost_one_query_however_many(db, django_assert_num_queries):
    held = set()
    for _customer in range(20):
        browser, user = Client(), UserFactory()
        assign_roles(user, [CUSTOMER])
        browser.force_login(user)
        held.add(StreamGrant(browser.session.session_key))

    with django_assert_num_queries(1):
        assert valid_grants(held, at=clock.now()) == held
