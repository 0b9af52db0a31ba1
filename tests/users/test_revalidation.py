"""Revalidation of sessions for pages and streams, also with answers of Keycloak that are incomplete or invalid."""

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.urls import reverse

from pizzeria.foundation import clock
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.keycloak.jwks import UnknownSigningKey
from pizzeria.users.models import OidcSession, User
from tests.users.oidc_login import age_session, complete_login

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("kitchen:board")


def refreshed_with(realm):
    """Return the refresh tokens that were sent to the realm."""
    return [
        parameters["refresh_token"]
        for _path, parameters in realm.requests
        if parameters.get("grant_type") == "refresh_token"
    ]


def test_a_revalidation_stores_the_new_refresh_token_even_if_userinfo_fails(signed_in_browser, realm, settings):
    userinfo = settings.OIDC_OP_USER_ENDPOINT
    settings.OIDC_OP_USER_ENDPOINT = "http://127.0.0.1:9/"  # nothing listens on this port
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)

    settings.OIDC_OP_USER_ENDPOINT = userinfo
    age_session(signed_in_browser, minutes=1)
    signed_in_browser.get(BOARD)

    assert refreshed_with(realm) == ["refresh-0", "refresh-1"]


def test_revalidation_for_a_stream_does_not_delay_the_next_revalidation_for_a_page(signed_in_browser, ciro):
    age_session(signed_in_browser, minutes=5)
    keycloak_sessions.revalidate_due([signed_in_browser.session.session_key], at=clock.now())
    age_session(signed_in_browser, minutes=4)
    assert signed_in_browser.get(BOARD).status_code == 200
    ciro.roles = ("customer",)
    age_session(signed_in_browser, minutes=1)

    assert signed_in_browser.get(BOARD).status_code == 403


def test_a_revalidation_claimed_by_another_request_without_result_is_repeated_after_30_seconds(signed_in_browser, ciro):
    age_session(signed_in_browser, minutes=5)
    OidcSession.objects.update(
        checked_at=F("checked_at") + keycloak_sessions.REVALIDATION_LEASE
    )  # another request asks, and gets no answer
    assert signed_in_browser.get(BOARD).status_code == 200
    ciro.roles = ("customer",)
    age_session(signed_in_browser, seconds=30)

    assert signed_in_browser.get(BOARD).status_code == 403


def test_every_browser_of_a_user_loses_a_revoked_role_and_gets_a_new_session_key(signed_in_browser, realm, ciro):
    other = Client()
    complete_login(other, realm, ciro)
    before = other.session.session_key
    ciro.roles = ("customer",)
    for browser in (signed_in_browser, other):
        age_session(browser, minutes=5)
        browser.get("/")

    assert [visible_links(browser) for browser in (signed_in_browser, other)] == [["My orders"], ["My orders"]]
    assert other.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_board_that_only_refreshes_itself_is_refused_once_the_role_is_revoked(signed_in_browser, ciro):
    ciro.roles = ("customer",)
    age_session(signed_in_browser, minutes=5)

    assert signed_in_browser.get(BOARD, headers={"HX-Request": "true", "HX-Trigger": "board"}).status_code == 403


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that has something happen between the next answer of the realm and its storage."""
    userinfo = provider.userinfo

    def happens(something):
        def answer_and_be_overtaken(access_token):
            monkeypatch.setattr(provider, "userinfo", userinfo)
            answer = userinfo(access_token)
            something()
            return answer

        monkeypatch.setattr(provider, "userinfo", answer_and_be_overtaken)

    return happens


def revoke_and_revalidate(ciro, session_id):
    """Return a function that revokes Ciro's role and revalidates a session of his."""

    def revoke():
        ciro.roles = ("customer",)
        keycloak_sessions.revalidate(session_id, at=clock.now())

    return revoke


def test_an_older_answer_about_another_session_does_not_bring_a_revoked_role_back(
    signed_in_browser, realm, ciro, meanwhile
):
    other = Client()
    complete_login(other, realm, ciro)
    for browser in (signed_in_browser, other):
        age_session(browser, minutes=5)
    late, early = OidcSession.objects.order_by("pk").values_list("pk", flat=True)
    meanwhile(revoke_and_revalidate(ciro, early))

    keycloak_sessions.revalidate(late, at=clock.now())

    assert list(groups()) == ["Customers"]


def test_an_older_answer_to_a_sign_in_does_not_bring_a_revoked_role_back(signed_in_browser, realm, ciro, meanwhile):
    age_session(signed_in_browser, minutes=5)
    meanwhile(revoke_and_revalidate(ciro, OidcSession.objects.get().pk))

    complete_login(Client(), realm, ciro)

    assert list(groups()) == ["Customers"]


def test_a_page_shows_the_roles_that_a_revalidation_for_a_stream_has_found(signed_in_browser, ciro):
    ciro.roles = ("chef", "manager")
    age_session(signed_in_browser, minutes=5)
    keycloak_sessions.revalidate_due([signed_in_browser.session.session_key], at=clock.now())

    signed_in_browser.get("/")

    assert "Admin" in visible_links(signed_in_browser)


def visible_links(browser):
    return [page.title for page in browser.get("/").context["header"].pages]


def test_a_revalidation_accepts_a_new_signing_key_within_a_minute_of_an_unknown_key_id(signed_in_browser, realm, ciro):
    with pytest.raises(UnknownSigningKey):
        jwks.realm_keys.find("nobody's")
    realm.rotate()
    ciro.roles = ("chef", "manager")
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)

    assert set(groups()) == {"Kitchen", "Managers"}


@pytest.mark.parametrize(
    "override",
    [{"clock_offset": -400}, {"clock_offset": 400}, {"access_claims": {"iss": "https://other.example"}}],
    ids=["a clock behind", "a clock ahead", "another issuer"],
)
def test_a_revalidation_with_an_invalid_access_token_removes_no_role_and_is_logged(
    signed_in_browser, realm, override, caplog
):
    for name, value in override.items():
        setattr(realm, name, value)
    age_session(signed_in_browser, minutes=5)

    assert signed_in_browser.get(BOARD).status_code == 200
    assert list(groups()) == ["Kitchen"]
    assert caplog.text.count("session_not_revalidated") == 1


def test_a_revalidation_removes_no_role_while_a_new_signing_key_cannot_be_fetched(signed_in_browser, realm, settings):
    settings.OIDC_OP_JWKS_ENDPOINT = "http://127.0.0.1:9/"  # nothing listens on this port
    realm.rotate()
    age_session(signed_in_browser, minutes=5)

    assert signed_in_browser.get(BOARD).status_code == 200


def test_a_revalidation_is_repeated_a_minute_after_an_invalid_access_token(signed_in_browser, realm, ciro):
    realm.clock_offset = -400
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)
    realm.clock_offset, ciro.roles = 0, ("customer",)
    age_session(signed_in_browser, minutes=1)

    assert signed_in_browser.get(BOARD).status_code == 403


@pytest.mark.parametrize(
    "access",
    [lambda _realm: "opaque", lambda _realm: "a.b.c.d.e", lambda realm: realm.sign({"sub": "ciro"}, algorithm="PS256")],
    ids=["opaque", "encrypted", "signed in another way"],
)
def test_a_revalidation_reads_roles_from_userinfo_if_the_access_token_is_opaque(
    signed_in_browser, realm, access, monkeypatch
):
    monkeypatch.setattr(realm, "access_token", lambda _person: access(realm))
    realm.userinfo = {"sub": "ciro", "realm_access": {"roles": ["manager"]}}
    age_session(signed_in_browser, minutes=5)
    signed_in_browser.get(BOARD)

    assert list(groups()) == ["Managers"]


def groups():
    return User.objects.get().groups.order_by("name").values_list("name", flat=True)
