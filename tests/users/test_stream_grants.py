"""Stream grants: how long an event stream may stay open although its client sends no further request."""

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
from pizzeria.users.sessions import DEMO_FORM
from pizzeria.users.stream_grants import StreamGrant, revalidate_due, valid_grants
from tests.factories import UserFactory
from tests.live.server_process import StreamReader, serving
from tests.users.fake_oidc_provider import CLIENT, Person
from tests.users.oidc_login import age_session, complete_login
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def grant(client, realm, ciro):
    """The stream grant of Ciro's board; his browser sends no further request."""
    complete_login(client, realm, ciro)
    return grant_of(client)


def grant_of(browser):
    return StreamGrant(browser.session.session_key, SEE_BOARD)


def is_good(grant, **later):
    OidcSession.objects.update(checked_at=F("checked_at") - timedelta(**later))
    revalidate_due({grant}, at=clock.now())
    return grant in valid_grants({grant}, at=clock.now())


def test_a_stream_grant_is_valid_for_four_minutes_without_a_request_to_keycloak(grant, realm):
    realm.requests.clear()

    assert is_good(grant, minutes=4)
    assert realm.requests == []


def test_the_session_of_a_stream_grant_is_revalidated_after_five_minutes(grant, realm):
    realm.requests.clear()

    assert is_good(grant, minutes=5)
    assert [parameters for _path, parameters in realm.requests if parameters.get("grant_type") == "refresh_token"]


def test_a_stream_grant_becomes_invalid_when_the_role_is_revoked(grant, ciro):
    ciro.roles = ("customer",)

    assert not is_good(grant, minutes=5)


def test_a_stream_grant_becomes_invalid_when_keycloak_refuses_the_refresh_token(grant, realm):
    realm.refresh_tokens.clear()

    assert not is_good(grant, minutes=5)


def test_a_stream_grant_becomes_invalid_by_a_backchannel_logout(grant, realm, ciro):
    Client().post(reverse("users:keycloak_logout"), {"logout_token": realm.logout_token(ciro)})

    assert not is_good(grant)


def test_a_stream_grant_becomes_invalid_when_the_user_signs_out(grant, client):
    client.post(reverse("users:sign_out"))

    assert not is_good(grant)


def test_a_stream_grant_becomes_invalid_when_the_user_is_deactivated(grant):
    User.objects.update(is_active=False)

    assert not is_good(grant)


@pytest.mark.parametrize(("idle", "good"), [({"hours": 11, "minutes": 59}, True), ({"hours": 12, "minutes": 1}, False)])
def test_a_stream_grant_becomes_invalid_after_twelve_hours_without_use_of_its_session(grant, client, idle, good):
    """An unattended screen would otherwise keep its stream open for ever."""
    age_session(client, **idle)

    assert is_good(grant) == good


def test_a_stream_grant_stays_valid_while_keycloak_is_down(grant, realm):
    realm.status = 503

    assert is_good(grant, minutes=5)


def test_each_round_of_revalidation_stops_at_the_first_session_without_an_answer(realm, ciro):
    """Otherwise twenty sessions would each wait for a timeout in turn, and no grant would be checked meanwhile."""
    grants = {grant_of(browser_of(ciro, realm)) for _board in range(3)}
    OidcSession.objects.update(checked_at=F("checked_at") - timedelta(minutes=5))
    realm.status = 503
    realm.requests.clear()

    for _round in range(2):
        revalidate_due(grants, at=clock.now())

    assert len({parameters["refresh_token"] for _path, parameters in realm.requests}) == len(realm.requests) == 2


@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_with_its_session_without_waiting_for_a_silent_sign_in_server(realm):
    """If all sessions were revalidated first, the check of the last grant would be minutes late."""
    cooks = [browser_of(Person(f"cook {number}", roles=("chef",)), realm) for number in range(8)]
    connected = {"OIDC_ISSUER": realm.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": "a secret of both"}
    with serving(**connected) as server, ExitStack() as open_boards:
        boards = [
            open_boards.enter_context(closing(StreamReader(server, reverse("live:board"), cook))) for cook in cooks
        ]
        realm.may_answer.clear()
        realm.requests.clear()
        OidcSession.objects.update(checked_at=F("checked_at") - timedelta(minutes=5))

        cooks[-1].session.flush()

        boards[-1].read_to_end()
        assert len(realm.requests) < len(boards)
        until(lambda: realm.requests)


def browser_of(person, realm):
    browser = Client()
    complete_login(browser, realm, person)
    return browser


def test_a_stream_grant_is_invalid_in_a_session_in_which_groups_do_not_count(grant, settings):
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, DEMO_FORM]
    browser = Client()
    browser.force_login(User.objects.get(), backend=DEMO_FORM)

    assert not is_good(grant_of(browser))


@pytest.mark.parametrize(
    "changed",
    [lambda user: setattr(user, "is_active", False), lambda user: user.set_password("five olives, some regrets")],
    ids=["deactivated", "new password"],
)
def test_a_stream_grant_of_a_customer_becomes_invalid_with_the_account_or_the_password(sign_in, changed):
    browser = sign_in(CUSTOMER)
    grant = StreamGrant(browser.session.session_key)
    assert valid_grants({grant}, at=clock.now()) == {grant}

    changed(browser.user)
    browser.user.save()

    assert valid_grants({grant}, at=clock.now()) == set()


def test_the_stream_grants_of_any_number_of_customers_are_checked_with_two_queries(db, django_assert_num_queries):
    grants = set()
    for _customer in range(20):
        browser, user = Client(), UserFactory()
        assign_roles(user, [CUSTOMER])
        browser.force_login(user)
        grants.add(StreamGrant(browser.session.session_key))

    with django_assert_num_queries(2):
        assert valid_grants(grants, at=clock.now()) == grants
