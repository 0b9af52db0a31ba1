"""`GET /api/me`: the API principal of an access token, with its roles and scopes."""

import pytest
from django.urls import reverse

from pizzeria.foundation.scopes import Scope
from pizzeria.users.models import Identity, User
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER, POS
from pizzeria.users.services.roles import assign_roles
from tests.factories import UserFactory
from tests.users.api_client import call
from tests.users.fake_oidc_provider import CLIENT, Person
from tests.users.oidc_login import complete_login

OF_CIRO = {"given_name": "Ciro", "family_name": "Esposito", "email": "ciro@example.com"}


def me(client, realm, *roles, subject="ciro", **claims):
    response = call(client, realm.access_token(Person(subject, roles=roles), **claims))
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize(
    ("roles", "names", "scopes"),
    [
        (("customer",), ["customer"], CUSTOMER.scopes),
        (("kitchen_staff", "operator"), ["chef"], KITCHEN.scopes),
        (("driver",), ["delivery_driver"], DRIVER.scopes),
        (("manager",), ["manager"], MANAGER.scopes),
        (("pos",), ["pos"], POS.scopes),
        (("admin",), ["admin"], [Scope.ADMIN]),
        (("chef", "customer"), ["customer", "chef"], {*CUSTOMER.scopes, *KITCHEN.scopes}),
        (("operator", "user", "Chef"), [], [Scope.MENU_READ]),
        ((), [], [Scope.MENU_READ]),
    ],
)
def test_api_me_returns_the_roles_by_our_names_and_the_scopes_of_these_roles(client, realm, roles, names, scopes):
    principal = me(client, realm, *roles)

    assert (principal["roles"], set(principal["scopes"])) == (names, set(scopes))


def test_api_me_returns_name_kind_roles_and_scopes_of_a_person(client, realm):
    assert me(client, realm, "chef", **OF_CIRO) == {
        "name": "Ciro Esposito",
        "kind": "person",
        "roles": ["chef"],
        "scopes": ["orders:read", "menu:read", "kitchen:read", "kitchen:manage"],
    }


def test_api_me_returns_the_client_id_as_the_name_of_a_service(client, realm, settings):
    settings.OIDC_AUDIENCES = [CLIENT, "pos"]
    principal = me(client, realm, "pos", subject="5f0e", azp="pos", preferred_username="service-account-pos")

    assert (principal["name"], principal["kind"], principal["roles"]) == ("pos", "service", ["pos"])
    assert Identity.objects.get().subject == "5f0e"


def test_api_me_returns_only_those_scopes_of_the_roles_that_the_token_names(client, realm):
    assert me(client, realm, "chef", scope="openid kitchen:read admin")["scopes"] == ["kitchen:read"]
    assert me(client, realm, "customer", scope="kitchen:manage")["scopes"] == []


def test_api_me_counts_client_roles_of_our_own_client_only(client, realm):
    of_clients = {CLIENT: {"roles": ["chef"]}, "another": {"roles": ["admin"]}}

    assert me(client, realm, resource_access=of_clients)["roles"] == ["chef"]


def test_an_access_token_acts_as_the_user_who_signed_in_with_the_same_subject(client, realm):
    complete_login(client, realm, Person("ciro", roles=("chef",), claims=OF_CIRO))
    me(client, realm, "chef")

    assert User.objects.count() == 1


def test_an_access_token_is_not_matched_to_a_user_by_e_mail_address(client, realm):
    assign_roles(UserFactory(email="ciro@example.com"), [MANAGER])

    me(client, realm, "customer", **OF_CIRO)

    assert User.objects.count() == 2


@pytest.mark.parametrize("roles", [(), ("admin", "manager")], ids=["fewer", "more"])
def test_an_api_call_leaves_the_users_groups_as_the_last_sign_in_set_them(client, realm, roles):
    complete_login(client, realm, Person("ciro", roles=("chef",)))

    me(client, realm, *roles)

    user = User.objects.get()
    assert list(user.groups.values_list("name", flat=True)) == ["Kitchen"]
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_api_me_returns_the_roles_of_the_token_and_not_of_the_users_groups(client, realm):
    complete_login(client, realm, Person("ciro", roles=("admin",)))

    principal = me(client, realm, "customer")

    assert (principal["roles"], set(principal["scopes"])) == (["customer"], set(CUSTOMER.scopes))


def test_a_user_created_by_an_api_call_has_no_group_and_no_password(client, realm):
    me(client, realm, "admin")

    user = User.objects.get()
    assert (user.groups.count(), user.is_staff, user.is_superuser) == (0, False, False)
    assert not user.has_usable_password()


def test_the_url_of_the_current_api_principal_is_api_me():
    assert reverse("api:me") == "/api/me"
