"""Sign-in by Keycloak: the authorization request, user and roles after the callback, and callbacks that are refused."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from pizzeria.foundation.encryption import decrypt
from pizzeria.users.keycloak import jwks
from pizzeria.users.keycloak.jwks import UnknownSigningKey
from pizzeria.users.models import Identity, OidcSession, User
from pizzeria.users.roles import CUSTOMER, KITCHEN
from pizzeria.users.services.roles import assign_roles
from pizzeria.users.sessions import DEMO_FORM
from tests import shop
from tests.factories import UserFactory
from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import AUTHORIZATION_REQUEST, CALLBACK, begin_login, complete_login, is_signed_in

pytestmark = pytest.mark.usefixtures("kitchen")

CIRO = Person("ciro", roles=("chef",), claims={"given_name": "Ciro", "email": "ciro@example.com"})


def test_the_authorization_request_asks_for_a_code_with_pkce_state_and_nonce(client, realm):
    parameters = begin_login(client)

    assert (parameters["response_type"], parameters["code_challenge_method"]) == ("code", "S256")
    assert {"state", "nonce", "code_challenge"} <= set(parameters)
    assert parameters["redirect_uri"] == f"http://testserver{CALLBACK}"


@pytest.mark.parametrize(
    ("roles", "lands_on"),
    [
        (("customer",), "orders:history"),
        (("chef",), "kitchen:board"),
        (("kitchen_staff",), "kitchen:board"),
        (("delivery_driver",), "deliveries:tour"),
        (("driver",), "deliveries:tour"),
        (("manager",), "admin:index"),
        (("admin",), "admin:index"),
        (("operator", "user", "default-roles-pizzeria"), "orders:history"),
        ((), "orders:history"),
    ],
)
def test_each_role_lands_on_its_own_page_after_signing_in_by_keycloak(client, realm, roles, lands_on):
    complete_login(client, realm, Person(roles=roles))

    response = client.get(reverse("users:landing"), follow=True)

    assert (response.status_code, response.request["PATH_INFO"]) == (200, reverse(lands_on))


def test_a_person_whom_the_sign_in_server_gives_no_role_finds_the_own_orders_by_the_header(client, realm):
    complete_login(client, realm, Person(roles=()))
    order = shop.place(by=shop.acting_as(CUSTOMER, int(client.session["_auth_user_id"])))

    pages = {page.title: page.url for page in client.get("/").context["header"].pages}
    history = client.get(pages["My orders"])

    assert [row.number for row in history.context["orders"]] == [order.number]
    assert client.get(history.context["orders"][0].url).status_code == 200


def test_signing_in_by_keycloak_redirects_back_to_the_page_in_next(client, realm):
    response = complete_login(client, realm, CIRO, parameters=begin_login(client, next="/kitchen/orders/"))

    assert response["Location"] == "/kitchen/orders/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_by_keycloak_never_redirects_to_another_site(client, realm, elsewhere):
    response = complete_login(client, realm, CIRO, parameters=begin_login(client, next=elsewhere))

    assert response["Location"] == reverse("users:landing")


def test_signing_in_by_keycloak_works_with_a_next_that_is_not_a_url(client, realm):
    response = complete_login(client, realm, CIRO, parameters=begin_login(client, next="somewhere"))

    assert response.status_code == 302
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "override",
    [
        {"realm_access": {"roles": []}, "resource_access": {"pizzeria-web": {"roles": ["chef"]}}},
        {"realm_access": {"roles": ["chef"]}},
    ],
    ids=["client roles", "realm roles"],
)
def test_realm_roles_and_client_roles_in_the_access_token_both_count(client, realm, override):
    realm.access_claims = override
    complete_login(client, realm, Person())

    assert list(User.objects.get().groups.values_list("name", flat=True)) == ["Kitchen"]


def test_roles_are_read_from_userinfo_if_the_access_token_has_none(client, realm):
    realm.userinfo = {"sub": "ciro", "realm_access": {"roles": ["chef"]}}
    complete_login(client, realm, Person())

    assert list(User.objects.get().groups.values_list("name", flat=True)) == ["Kitchen"]


@pytest.mark.parametrize(
    "odd",
    [
        {"realm_access": None},
        {"realm_access": {"roles": "chef"}},
        {"realm_access": {"roles": [["chef"], {"chef": 1}, None]}},
        {"resource_access": {"other-client": {"roles": ["admin"]}}},
        {"roles": ["admin"], "groups": ["Admins"]},
        {"realm_access": {"roles": ["Admin", "ADMIN", " admin", "admin ", "Kitchen"]}},
    ],
)
def test_role_claims_of_an_unexpected_shape_or_name_grant_no_role(client, realm, odd):
    realm.access_claims = {"realm_access": {"roles": []}} | odd
    complete_login(client, realm, Person())

    user = User.objects.get()
    assert (user.groups.count(), user.is_staff, user.is_superuser) == (0, False, False)


def test_signing_in_removes_the_roles_that_a_user_no_longer_has(client, realm):
    complete_login(client, realm, Person(roles=("admin", "chef")))
    complete_login(client, realm, Person(roles=("customer",)))

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert list(user.groups.values_list("name", flat=True)) == ["Customers"]


def test_a_user_is_recognised_by_subject_after_a_change_of_name_and_e_mail_address(client, realm):
    complete_login(client, realm, CIRO)
    complete_login(client, realm, Person("ciro", claims={"given_name": "Cirillo", "email": "other@example.com"}))

    user = User.objects.get()
    assert (user.first_name, user.email) == ("Cirillo", "other@example.com")
    assert Identity.objects.get().user == user


def test_a_user_is_not_matched_by_e_mail_address_nor_by_the_subject_of_another_issuer(client, realm, settings):
    local = UserFactory(first_name="Ciro", email="ciro@example.com")
    assign_roles(local, [CUSTOMER])
    elsewhere = Identity.objects.create(
        user=UserFactory(email="ciro@example.com"), issuer="https://other.example", subject="ciro"
    )

    complete_login(client, realm, CIRO)

    mine = Identity.objects.get(issuer=realm.issuer)
    assert len({mine.user_id, elsewhere.user_id, local.pk}) == 3


def test_a_user_created_by_a_sign_in_has_no_password_and_an_opaque_username(client, realm):
    complete_login(client, realm, CIRO)

    user = User.objects.get()
    assert not user.has_usable_password()
    assert "ciro" not in user.username


def test_the_refresh_token_and_the_id_token_are_stored_encrypted(client, realm):
    complete_login(client, realm, CIRO)

    kept = OidcSession.objects.get().encrypted_tokens
    tokens = decrypt(kept)
    assert tokens.keys() == {"refresh", "id"}
    assert not any(token in kept for token in tokens.values())


def test_signing_in_by_keycloak_gives_the_session_a_new_key(client, realm):
    parameters = begin_login(client)
    before = client.session.session_key
    complete_login(client, realm, CIRO, parameters=parameters)

    assert client.session.session_key not in (None, before)


@pytest.fixture
def assert_refused(client, warned):
    """Return a function that asserts: the response is the error page, nothing was stored, one warning was logged."""

    def is_refused(response):
        assert response.status_code == 400
        assert "That sign-in did not work" in response.content.decode()
        assert not is_signed_in(client)
        assert not User.objects.exists()
        assert not OidcSession.objects.exists()
        assert [line["event"] for line in warned()] == ["sign_in_refused"]

    return is_refused


def test_a_callback_with_a_state_of_another_session_is_refused(client, realm, assert_refused):
    assert_refused(complete_login(client, realm, CIRO, state="somebody else's"))


def test_a_callback_without_an_authorization_request_is_refused(client, realm, assert_refused):
    assert_refused(client.get(CALLBACK, {"state": "made up", "code": "made up"}))


def test_a_callback_with_a_used_code_is_refused(client, realm):
    parameters = begin_login(client)
    states = client.session["oidc_states"]
    used = realm.code_for(CIRO, nonce=parameters["nonce"], challenge=parameters["code_challenge"])
    assert client.get(CALLBACK, {"state": parameters["state"], "code": used}).status_code == 302

    thief = Client()
    begin_login(thief)
    session = thief.session
    session["oidc_states"] = states
    session.save()

    assert thief.get(CALLBACK, {"state": parameters["state"], "code": used}).status_code == 400
    assert not is_signed_in(thief)
    assert OidcSession.objects.count() == 1


def test_a_callback_with_a_used_state_is_refused(client, realm):
    parameters = begin_login(client)
    complete_login(client, realm, CIRO, parameters=parameters)

    assert complete_login(client, realm, CIRO, parameters=parameters).status_code == 400


def test_an_error_response_of_keycloak_shows_the_error_page(client, realm, assert_refused):
    assert_refused(client.get(CALLBACK, {"error": "access_denied", "state": begin_login(client)["state"]}))


BENT = {
    "another issuer": {"iss": "https://evil.example/realms/pizzeria"},
    "another audience": {"aud": "other-client"},
    "several audiences, for another": {"aud": ["pizzeria-web", "other"], "azp": "other"},
    "another nonce": {"nonce": "not mine"},
    "no nonce": {"nonce": None},
    "expired": {"exp": int(time.time()) - 31},
    "not yet valid": {"nbf": int(time.time()) + 3600},
    "of nobody": {"sub": ""},
    "of a number": {"sub": 7},
}


@pytest.mark.parametrize("override", BENT.values(), ids=BENT)
def test_a_sign_in_with_an_invalid_id_token_is_refused(client, realm, override, assert_refused):
    realm.id_claims = override

    assert_refused(complete_login(client, realm, CIRO))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_sign_in_is_refused_if_the_clocks_differ_by_six_minutes(client, realm, minutes, assert_refused):
    realm.clock_offset = minutes * 60

    assert_refused(complete_login(client, realm, CIRO))


@pytest.mark.parametrize("about", [{"sub": "somebody else"}, {}, {"sub": None}], ids=["another's", "nobody's", "null"])
def test_a_sign_in_is_refused_if_userinfo_does_not_have_the_subject_of_the_id_token(
    client, realm, about, assert_refused
):
    realm.userinfo = about

    assert_refused(complete_login(client, realm, CIRO))


def test_a_sign_in_is_refused_if_the_access_token_has_another_subject_than_the_id_token(client, realm, assert_refused):
    realm.access_claims = {"sub": "somebody else"}
    realm.userinfo = {"sub": "ciro"}

    assert_refused(complete_login(client, realm, CIRO))


@pytest.mark.parametrize(
    "override", [{"iss": "https://evil.example"}, {"exp": 1}], ids=["of another issuer", "expired"]
)
def test_a_sign_in_with_an_invalid_access_token_is_refused(client, realm, override, assert_refused):
    realm.access_claims = override

    assert_refused(complete_login(client, realm, CIRO))


def test_roles_are_read_from_an_access_token_without_a_subject_if_userinfo_has_the_subject(client, realm, monkeypatch):
    access_claims = realm.claims(CIRO, realm_access={"roles": ["chef"]})
    del access_claims["sub"]
    monkeypatch.setattr(realm, "access_token", lambda _person: realm.sign(access_claims))
    realm.userinfo = {"sub": "ciro"}
    complete_login(client, realm, CIRO)

    assert list(User.objects.get().groups.values_list("name", flat=True)) == ["Kitchen"]


def test_a_sign_in_with_a_new_signing_key_works_within_a_minute_of_an_unknown_key_id(client, realm):
    complete_login(client, realm, Person("ciro"))
    with pytest.raises(UnknownSigningKey):
        jwks.realm_keys.find("nobody's")
    realm.rotate()
    carla = Client()

    assert complete_login(carla, realm, Person("carla")).status_code == 302
    assert is_signed_in(carla)


def test_a_sign_in_while_keycloak_is_down_shows_an_error_page_instead_of_redirecting(client, realm):
    realm.status = 503

    response = client.get(AUTHORIZATION_REQUEST)

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "We cannot sign you in just now" in response.content.decode()


def test_a_callback_gets_a_503_if_keycloak_has_gone_down_meanwhile(client, realm):
    parameters = begin_login(client)
    realm.status = 502

    assert complete_login(client, realm, CIRO, parameters=parameters).status_code == 503


def test_a_sign_in_without_a_configured_sign_in_server_names_the_missing_setting(client):
    for address in (AUTHORIZATION_REQUEST, CALLBACK):
        response = client.get(address)
        assert response.status_code == 503
        assert "OIDC_ISSUER" in response.content.decode()


def test_a_username_and_password_do_not_sign_in_while_keycloak_is_connected(client, realm):
    cook = UserFactory(username="ciro")
    cook.set_password("pizza")
    cook.save()
    assign_roles(cook, [KITCHEN])

    client.post(reverse("users:sign_in"), {"username": "ciro", "password": "pizza"})

    assert not is_signed_in(client)


def test_groups_do_not_count_in_a_session_that_keycloak_did_not_begin(client, realm, settings):
    cook = UserFactory()
    assign_roles(cook, [KITCHEN])
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, DEMO_FORM]
    client.force_login(cook, backend=DEMO_FORM)

    assert client.get(reverse("kitchen:board")).status_code == 403
