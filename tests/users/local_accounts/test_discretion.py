"""The existence of a local account is revealed to its owner only."""

import pytest

from pizzeria.users.models import User
from tests.factories import UserFactory
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.mark.parametrize(
    "step",
    [they.sign_up, they.forget, they.guess],
    ids=["signing up", "forgetting", "guessing"],
)
def test_answers_are_the_same_for_known_and_unknown_e_mail_addresses(client, cook, step):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    UserFactory(email="dina@example.com")

    seen = [
        they.get_to_see(type(client)(), step, email)
        for email in (CARLA, STRANGER, "gone@example.com", "ciro@example.com", "dina@example.com")
    ]

    assert len(seen[0][3]) > 1000
    assert all(each == seen[0] for each in seen)


@pytest.mark.parametrize("begin", [they.sign_up, they.forget], ids=["signing up", "forgetting"])
def test_answers_to_wrong_codes_are_the_same_for_known_and_unknown_e_mail_addresses(client, begin):
    account_holder()
    page = they.CONFIRM if begin is they.sign_up else they.CODE

    def guess_codes(browser, email):
        begin(browser, email)
        return [
            they.get_to_see(browser, lambda client, _email: client.post(page, {"code": "A"}), email)
            for _try in range(4)
        ]

    assert guess_codes(client, CARLA) == guess_codes(type(client)(), STRANGER)


@pytest.mark.parametrize("step", [they.sign_up, they.guess], ids=["signing up", "guessing"])
@pytest.mark.parametrize("email", [CARLA, STRANGER, "gone@example.com", "ciro@example.com"])
def test_one_password_is_hashed_for_known_and_unknown_e_mail_addresses_alike(client, cook, step, email):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    they.CountingHasher.done = 0

    step(client, email)

    assert they.CountingHasher.done == 1


def test_signing_up_with_a_known_e_mail_address_is_reported_to_its_owner_by_e_mail_only(client, message_sinks):
    account_holder()

    they.sign_up(client, name="Eve", password=ANOTHER)

    assert "have an account" in they.newest_email(message_sinks).subject
    assert User.objects.get().check_password(PASSWORD)
    they.confirm(client, "AAAA-AAAA")
    assert not they.is_signed_in(client)


def test_a_password_reset_for_an_unknown_e_mail_address_is_answered_by_e_mail(client, message_sinks):
    they.forget(client, STRANGER)

    assert "No password of yours" in they.newest_email(message_sinks, STRANGER).subject
