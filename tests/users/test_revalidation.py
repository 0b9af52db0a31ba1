"""Re-checks: Keycloak is asked again about a session, by a page or by a stream, and says less than one would like."""

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.urls import reverse

from pizzeria.foundation import clock
from pizzeria.users.keycloak import jwks
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.keycloak.jwks import UnknownSigningKey
from pizzeria.users.models import OidcSession, User
from tests.users.oidc_login import age_session, complete_login

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("kitchen:board")


def refreshed_with(realm):
    """Give the refresh tokens that were shown to the realm."""
    return [asked["refresh_token"] for _path, asked in realm.asked if asked.get("grant_type") == "refresh_token"]


def test_keep_a_new_refresh_token_though_nothing_more_is_said(at_work, realm, settings):
    userinfo = settings.OIDC_OP_USER_ENDPOINT
    settings.OIDC_OP_USER_ENDPOINT = "http://127.0.0.1:9/"  # nobody listens there
    age_session(at_work, minutes=5)
    at_work.get(BOARD)

    settings.OIDC_OP_USER_ENDPOINT = userinfo
    age_session(at_work, minutes=1)
    at_work.get(BOARD)

    assert refreshed_with(realm) == ["refresh-0", "refresh-1"]


def test_come_no_later_for_a_page_because_a_stream_was_asked_about(at_work, ciro):
    age_session(at_work, minutes=5)
    keycloak_sessions.revalidate_due([at_work.session.session_key], at=clock.now())
    age_session(at_work, minutes=4)
    assert at_work.get(BOARD).status_code == 200
    ciro.roles = ("customer",)
    age_session(at_work, minutes=1)

    assert at_work.get(BOARD).status_code == 403


def test_come_no_later_for_a_page_that_left_it_to_another(at_work, ciro):
    age_session(at_work, minutes=5)
    OidcSession.objects.update(
        checked_at=F("checked_at") + keycloak_sessions.TO_ASK
    )  # somebody asks, and gets no answer
    assert at_work.get(BOARD).status_code == 200
    ciro.roles = ("customer",)
    age_session(at_work, seconds=30)

    assert at_work.get(BOARD).status_code == 403


def test_show_each_browser_of_somebody_that_a_role_was_taken_away(at_work, realm, ciro):
    other = Client()
    complete_login(other, realm, ciro)
    before = other.session.session_key
    ciro.roles = ("customer",)
    for browser in (at_work, other):
        age_session(browser, minutes=5)
        browser.get("/")

    assert [doors_shown(browser) for browser in (at_work, other)] == [["My orders"], ["My orders"]]
    assert other.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_show_a_page_what_a_stream_was_told(at_work, ciro):
    ciro.roles = ("chef", "manager")
    age_session(at_work, minutes=5)
    keycloak_sessions.revalidate_due([at_work.session.session_key], at=clock.now())

    at_work.get("/")

    assert "Admin" in doors_shown(at_work)


def doors_shown(browser):
    return [page.title for page in browser.get("/").context["header"].pages]


def test_find_a_new_key_though_somebody_named_an_unknown_one_a_moment_ago(at_work, realm, ciro):
    with pytest.raises(UnknownSigningKey):
        jwks.realm_keys.named("nobody's")
    realm.rotate()
    ciro.roles = ("chef", "manager")
    age_session(at_work, minutes=5)
    at_work.get(BOARD)

    assert set(groups()) == {"Kitchen", "Managers"}


@pytest.mark.parametrize(
    "bend",
    [{"clock": -400}, {"clock": 400}, {"access_claims": {"iss": "https://other.example"}}],
    ids=["a clock behind", "a clock ahead", "another issuer"],
)
def test_take_nothing_away_by_a_token_that_cannot_be_believed(at_work, realm, bend, caplog):
    for name, value in bend.items():
        setattr(realm, name, value)
    age_session(at_work, minutes=5)

    assert at_work.get(BOARD).status_code == 200
    assert list(groups()) == ["Kitchen"]
    assert caplog.text.count("sign_in_unchecked") == 1


def test_take_nothing_away_while_a_new_key_is_not_to_be_had(at_work, realm, settings):
    settings.OIDC_OP_JWKS_ENDPOINT = "http://127.0.0.1:9/"  # nobody listens there
    realm.rotate()
    age_session(at_work, minutes=5)

    assert at_work.get(BOARD).status_code == 200


def test_come_again_a_minute_after_a_token_that_cannot_be_believed(at_work, realm, ciro):
    realm.clock = -400
    age_session(at_work, minutes=5)
    at_work.get(BOARD)
    realm.clock, ciro.roles = 0, ("customer",)
    age_session(at_work, minutes=1)

    assert at_work.get(BOARD).status_code == 403


@pytest.mark.parametrize(
    "access",
    [lambda _realm: "opaque", lambda _realm: "a.b.c.d.e", lambda realm: realm.sign({"sub": "ciro"}, algorithm="PS256")],
    ids=["opaque", "encrypted", "signed in another way"],
)
def test_believe_userinfo_alone_where_the_token_is_not_for_us_to_read(at_work, realm, access, monkeypatch):
    monkeypatch.setattr(realm, "access_token", lambda _person: access(realm))
    realm.about = {"sub": "ciro", "realm_access": {"roles": ["manager"]}}
    age_session(at_work, minutes=5)
    at_work.get(BOARD)

    assert list(groups()) == ["Managers"]


def groups():
    return User.objects.get().groups.order_by("name").values_list("name", flat=True)
