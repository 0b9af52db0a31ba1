"""`GET /api/me`: who a token is, and what it is good for."""

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
    answer = call(client, realm.access_token(Person(subject, roles=roles), **claims))
    assert answer.status_code == 200, answer.content
    return answer.json()


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
def test_tells_roles_by_our_names_and_their_scopes(client, realm, roles, names, scopes):
    told = me(client, realm, *roles)

    assert (told["roles"], set(told["scopes"])) == (names, set(scopes))


def test_tells_a_person_s_name(client, realm):
    assert me(client, realm, "chef", **OF_CIRO) == {
        "name": "Ciro Esposito",
        "kind": "person",
        "roles": ["chef"],
        "scopes": ["orders:read", "menu:read", "kitchen:read", "kitchen:manage"],
    }


def test_tells_a_program_by_its_own_name(client, realm, settings):
    settings.OIDC_AUDIENCES = [CLIENT, "pos"]
    told = me(client, realm, "pos", subject="5f0e", azp="pos", preferred_username="service-account-pos")

    assert (told["name"], told["kind"], told["roles"]) == ("pos", "service", ["pos"])
    assert Identity.objects.get().subject == "5f0e"


def test_tells_of_the_scopes_that_the_token_names(client, realm):
    assert me(client, realm, "chef", scope="openid kitchen:read admin")["scopes"] == ["kitchen:read"]
    assert me(client, realm, "customer", scope="kitchen:manage")["scopes"] == []


def test_counts_roles_of_our_client_and_of_no_other(client, realm):
    of_clients = {CLIENT: {"roles": ["chef"]}, "another": {"roles": ["admin"]}}

    assert me(client, realm, resource_access=of_clients)["roles"] == ["chef"]


def test_is_the_same_person_who_signs_in(client, realm):
    complete_login(client, realm, Person("ciro", roles=("chef",), claims=OF_CIRO))
    me(client, realm, "chef")

    assert User.objects.count() == 1


def test_takes_nobody_for_somebody_with_the_same_e_mail(client, realm):
    assign_roles(UserFactory(email="ciro@example.com"), [MANAGER])

    me(client, realm, "customer", **OF_CIRO)

    assert User.objects.count() == 2


@pytest.mark.parametrize("roles", [(), ("admin", "manager")], ids=["fewer", "more"])
def test_leaves_somebody_the_groups_of_their_sign_in(client, realm, roles):
    complete_login(client, realm, Person("ciro", roles=("chef",)))

    me(client, realm, *roles)

    user = User.objects.get()
    assert list(user.groups.values_list("name", flat=True)) == ["Kitchen"]
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_goes_by_the_token_and_not_by_the_groups(client, realm):
    complete_login(client, realm, Person("ciro", roles=("admin",)))

    told = me(client, realm, "customer")

    assert (told["roles"], set(told["scopes"])) == (["customer"], set(CUSTOMER.scopes))


def test_gives_whoever_is_first_seen_here_no_group_and_no_password(client, realm):
    me(client, realm, "admin")

    user = User.objects.get()
    assert (user.groups.count(), user.is_staff, user.is_superuser) == (0, False, False)
    assert not user.has_usable_password()


def test_has_an_address_of_its_own():
    assert reverse("api:me") == "/api/me"
