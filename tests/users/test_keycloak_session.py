"""Sessions that Keycloak began: revalidation every five minutes, expiry, sign-out and back-channel logout."""

import time
from urllib.parse import parse_qs

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from orders.models import OrderStatus
from pizzeria.foundation import clock
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.models import OidcSession, User
from tests import shop
from tests.kitchen.tickets import press
from tests.races.concurrency import all_at_once
from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import age_session, begin_login, complete_login, is_signed_in

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD, ADMIN = reverse("kitchen:board"), reverse("admin:index")
BACK_CHANNEL = reverse("users:keycloak_logout")


def refreshes(realm):
    return [parameters for _path, parameters in realm.requests if parameters.get("grant_type") == "refresh_token"]


def test_a_session_is_not_revalidated_before_five_minutes_have_passed(signed_in_browser, realm):
    age_session(signed_in_browser, minutes=4)
    signed_in_browser.get(BOARD)

    assert realm.requests == []


def test_a_session_outlives_a_change_of_the_secret_key(signed_in_browser, settings):
    before = OidcSession.objects.get().session_key
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 60, [settings.SECRET_KEY]

    assert signed_in_browser.get(BOARD).status_code == 200

    after = OidcSession.objects.get().session_key
    assert after == signed_in_browser.session.session_key != before
    assert keycloak_sessions.purge_ended() == 0


def test_a_session_is_revalidated_once_after_five_minutes(signed_in_browser, realm):
    age_session(signed_in_browser, minutes=5)
    for _page in range(3):
        assert signed_in_browser.get(BOARD).status_code == 200

    assert len(refreshes(realm)) == 1


def test_each_revalidation_uses_the_refresh_token_that_the_previous_one_returned(signed_in_browser, realm):
    for _time in range(2):
        age_session(signed_in_browser, minutes=5)
        signed_in_browser.get(BOARD)

    assert [parameters["refresh_token"] for parameters in refreshes(realm)] == ["refresh-0", "refresh-1"]


def test_a_session_loses_a_role_revoked_in_keycloak_at_its_next_revalidation(signed_in_browser, realm, ciro):
    ciro.roles = ("customer",)
    age_session(signed_in_browser, minutes=5)

    assert signed_in_browser.get(BOARD).status_code == 403
    assert "Kitchen" not in signed_in_browser.get("/").content.decode()


def test_a_form_post_takes_effect_although_its_session_is_revalidated_first(signed_in_browser, realm):
    order = shop.place()
    age_session(signed_in_browser, minutes=5)

    press(signed_in_browser, "start", order)

    order.refresh_from_db()
    assert order.status == OrderStatus.COOKING


def test_a_session_gets_a_new_key_when_the_roles_of_its_user_change(signed_in_browser, realm, ciro):
    before = signed_in_browser.session.session_key
    ciro.roles = ("chef", "manager")
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)

    after = signed_in_browser.session.session_key
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()
    assert OidcSession.objects.get().session_key == after


def test_a_session_ends_when_keycloak_refuses_its_refresh_token(signed_in_browser, realm):
    realm.refresh_tokens.clear()
    age_session(signed_in_browser, minutes=5)

    response = signed_in_browser.get(BOARD)

    assert response["Location"].startswith(reverse("users:sign_in"))
    assert not is_signed_in(signed_in_browser)
    assert not OidcSession.objects.exists()


def test_a_session_ends_when_userinfo_is_of_another_subject(signed_in_browser, realm):
    realm.userinfo = {"sub": "somebody else"}
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)

    assert not is_signed_in(signed_in_browser)


@pytest.mark.parametrize("down", ["refuses", "breaks"])
def test_a_session_stays_valid_while_keycloak_is_down_and_is_revalidated_a_minute_later(
    signed_in_browser, realm, settings, down
):
    token_endpoint = settings.OIDC_OP_TOKEN_ENDPOINT
    if down == "refuses":
        settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/"
    else:
        realm.status = 500
    age_session(signed_in_browser, minutes=5)
    assert signed_in_browser.get(BOARD).status_code == 200
    settings.OIDC_OP_TOKEN_ENDPOINT, realm.status = token_endpoint, 200
    realm.requests.clear()

    signed_in_browser.get(BOARD)
    at_once = len(refreshes(realm))
    age_session(signed_in_browser, minutes=1)
    signed_in_browser.get(BOARD)

    assert (at_once, len(refreshes(realm))) == (0, 1)


def test_a_session_stays_valid_while_keycloak_refuses_our_client(signed_in_browser, realm, monkeypatch):
    """Changing the client secret in Keycloak first signs no user out."""
    monkeypatch.setattr(realm, "refresh_tokens", RefusesWith("invalid_client"))
    age_session(signed_in_browser, minutes=5)

    assert signed_in_browser.get(BOARD).status_code == 200


class RefusesWith(dict):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def get(self, _token):
        raise provider.ProviderRefused(self.error)


@pytest.mark.parametrize(
    ("page", "idle", "is_in"),
    [
        (BOARD, {"hours": 11, "minutes": 59}, True),
        (BOARD, {"hours": 12, "minutes": 1}, False),
        (ADMIN, {"minutes": 29}, True),
        (ADMIN, {"minutes": 31}, False),
    ],
)
def test_a_session_expires_if_unused_for_twelve_hours_or_half_an_hour_in_the_admin(client, realm, page, idle, is_in):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    age_session(client, **idle)

    response = client.get(page, follow=True)

    assert is_signed_in(client) == is_in
    assert (response.request["PATH_INFO"] == page) == is_in


@pytest.mark.parametrize(
    ("page", "by_itself"),
    [
        (BOARD, {"HX-Request": "true", "HX-Trigger": "board"}),
        (BOARD, {"X-Board-Copy": "1"}),
        (reverse("deliveries:tour"), {"HX-Request": "true", "HX-Trigger": "tour"}),
    ],
)
def test_a_page_that_refreshes_itself_does_not_keep_a_session_in_use(client, realm, page, by_itself):
    complete_login(client, realm, Person("marta", roles=("manager", "driver")))
    age_session(client, hours=11)
    assert client.get(page, headers=by_itself).status_code == 200
    age_session(client, hours=2)
    client.get(page, headers=by_itself)

    assert not is_signed_in(client)


def test_control_a_button_of_a_refreshed_page_keeps_a_session_in_use(client, realm):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    age_session(client, hours=11)
    client.post(reverse("kitchen:steps"), headers={"HX-Request": "true", "HX-Trigger": "board-sender"})
    age_session(client, hours=2)
    client.get(BOARD)

    assert is_signed_in(client)


def test_a_session_expires_in_the_admin_even_if_it_was_used_for_other_pages_meanwhile(client, realm):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    for page in ("/", BOARD):
        age_session(client, minutes=31)
        assert client.get(page).status_code == 200

    assert client.get(ADMIN, follow=True).request["PATH_INFO"] == reverse("users:sign_in")
    assert not is_signed_in(client)


def test_a_session_does_not_expire_while_the_admin_is_in_use(client, realm):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    for _page in range(3):
        age_session(client, minutes=25)
        assert client.get(ADMIN).status_code == 200


@pytest.mark.parametrize("down", [False, True], ids=["it answers", "it is down"])
def test_a_session_expires_in_the_admin_after_ten_hours_even_while_it_is_in_use(client, realm, down):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    realm.status = 503 if down else 200
    for _half_hour in range(20):
        age_session(client, minutes=29)
        assert client.get(ADMIN).status_code == 200
    age_session(client, minutes=21)

    assert client.get(ADMIN, follow=True).request["PATH_INFO"] == reverse("users:sign_in")
    assert not is_signed_in(client)


@pytest.mark.parametrize("hours", [0, 13], ids=["in use", "left alone"])
@pytest.mark.parametrize("way_out", ["users:sign_out", "admin:logout"])
def test_signing_out_ends_the_session_here_and_at_keycloak(client, realm, settings, way_out, hours):
    complete_login(client, realm, Person("marta", roles=("manager",)))
    age_session(client, hours=hours)
    id_token = keycloak_sessions.id_token(OidcSession.objects.get())

    address, _mark, parameters = client.post(reverse(way_out))["Location"].partition("?")

    assert address == settings.OIDC_OP_LOGOUT_ENDPOINT
    assert parse_qs(parameters)["id_token_hint"] == [id_token]
    assert parse_qs(parameters)["post_logout_redirect_uri"] == [f"{settings.SHOP_ORIGIN}/"]
    assert not is_signed_in(client)
    assert not OidcSession.objects.exists()


def test_signing_out_while_keycloak_is_down_ends_the_session_here_and_warns_the_user(signed_in_browser, realm):
    realm.status = 503

    response = signed_in_browser.post(reverse("users:sign_out"), follow=True)

    assert response.request["PATH_INFO"] == reverse("orders:home")
    assert not is_signed_in(signed_in_browser)
    assert "You are signed out here, but maybe not at Keycloak" in response.content.decode()
    assert "Keycloak" not in signed_in_browser.get(reverse("orders:home")).content.decode()


def end_there(realm, person, token=None, **overrides):
    return Client().post(BACK_CHANNEL, {"logout_token": token or realm.logout_token(person, **overrides)})


def test_a_session_ends_by_a_backchannel_logout_of_keycloak(signed_in_browser, realm, ciro):
    assert end_there(realm, ciro).status_code == 200

    assert signed_in_browser.get(BOARD).status_code == 302
    assert not OidcSession.objects.exists()


def test_a_logout_token_without_a_session_id_ends_every_session_of_its_subject(signed_in_browser, realm, ciro):
    second = Client()
    complete_login(second, realm, ciro)

    end_there(realm, ciro, sid=None)

    assert [browser.get(BOARD).status_code for browser in (signed_in_browser, second)] == [302, 302]


def test_a_logout_token_of_another_subject_does_not_end_a_session(signed_in_browser, realm):
    end_there(realm, Person("carla"))

    assert signed_in_browser.get(BOARD).status_code == 200


BENT = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "other"},
    "no event": {"events": {}},
    "an event of another kind": {"events": {"https://evil.example/logout": {}}},
    "a nonce": {"nonce": "n"},
    "no jti": {"jti": None},
    "nobody": {"sid": None, "sub": None},
    "expired": {"exp": 1},
    "no time": {"iat": None},
    "a time long ago": {"iat": int(time.time()) - 3600, "exp": None},
}


@pytest.mark.parametrize("override", BENT.values(), ids=BENT)
def test_an_invalid_logout_token_is_refused_and_ends_no_session(signed_in_browser, realm, ciro, override):
    assert end_there(realm, ciro, **override).status_code == 400
    assert signed_in_browser.get(BOARD).status_code == 200


def test_only_a_logout_token_is_accepted_for_a_backchannel_logout(signed_in_browser, realm, ciro):
    for token in (realm.id_token(ciro), realm.access_token(ciro), "nonsense", "", "a.b.c"):
        assert end_there(realm, ciro, token or " ").status_code == 400
    assert signed_in_browser.get(BOARD).status_code == 200


def test_a_logout_token_gets_a_503_if_the_signing_keys_cannot_be_fetched(
    signed_in_browser, realm, ciro, settings, monkeypatch
):
    token = realm.logout_token(ciro)
    monkeypatch.setattr(jwks, "realm_keys", SigningKeys(provider.signing_keys))
    settings.OIDC_OP_JWKS_ENDPOINT = "http://127.0.0.1:9/"  # nothing listens on this port

    assert end_there(realm, ciro, token).status_code == 503
    assert signed_in_browser.get(BOARD).status_code == 200


def test_a_replayed_logout_token_is_refused_even_after_redis_was_emptied(signed_in_browser, realm, ciro):
    token = realm.logout_token(ciro)
    assert end_there(realm, ciro, token).status_code == 200
    complete_login(signed_in_browser, realm, ciro)
    cache.clear()  # as after a restart of Redis

    assert end_there(realm, ciro, token).status_code == 400
    assert signed_in_browser.get(BOARD).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_concurrent_revalidations_of_a_session_ask_keycloak_once(client, realm, ciro):
    complete_login(client, realm, ciro)
    age_session(client, minutes=5)
    realm.requests.clear()
    [sign_in], at = OidcSession.objects.all(), clock.now()

    standings = all_at_once([lambda: keycloak_sessions.revalidate(sign_in.pk, at=at)] * 8)

    assert len(refreshes(realm)) == 1
    assert set(standings) == {sign_in}


def test_a_second_sign_in_in_the_same_browser_replaces_the_session_of_the_first_user(client, realm):
    complete_login(client, realm, Person("ciro", roles=("chef",)))
    complete_login(client, realm, Person("carla", roles=("customer",)))

    assert client.get(BOARD).status_code == 403
    assert OidcSession.objects.get().identity.subject == "carla"
    assert User.objects.count() == 2


def test_a_keycloak_session_ends_when_its_user_is_deactivated_here(signed_in_browser):
    User.objects.update(is_active=False)

    assert signed_in_browser.get(BOARD).status_code == 302


def test_the_purge_deletes_oidc_sessions_whose_django_session_no_longer_exists(signed_in_browser, realm):
    complete_login(Client(), realm, Person("carla"))
    signed_in_browser.session.flush()

    call_command("purge_expired")

    assert OidcSession.objects.get().identity.subject == "carla"


def test_a_user_deactivated_here_cannot_sign_in_by_keycloak(client, realm, ciro):
    complete_login(client, realm, ciro)
    client.logout()
    User.objects.update(is_active=False)

    assert complete_login(client, realm, ciro, parameters=begin_login(client)).status_code == 400
    assert not is_signed_in(client)
