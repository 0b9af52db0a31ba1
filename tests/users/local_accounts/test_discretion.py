"""The existence of a local account is revealed to its owner only."""

import pytest

from pizzeria.users.models import User
from tests.factories import UserFactory
from tests.users import account_holders
from tests.users.account_holders import ANOTHER_PASSWORD, CARLA, PASSWORD, UNKNOWN_EMAIL, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.mark.parametrize(
    "step",
    [account_holders.sign_up, account_holders.request_password_reset, account_holders.sign_in_with_wrong_password],
    ids=["signing up", "forgetting", "guessing"],
)
def test_answers_are_the_same_for_known_and_unknown_e_mail_addresses(client, cook, step):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    UserFactory(email="dina@example.com")

    seen = [
        account_holders.visible_answer(type(client)(), step, email)
        for email in (CARLA, UNKNOWN_EMAIL, "gone@example.com", "ciro@example.com", "dina@example.com")
    ]

    assert len(seen[0][3]) > 1000
    assert all(each == seen[0] for each in seen)


@pytest.mark.parametrize(
    "begin", [account_holders.sign_up, account_holders.request_password_reset], ids=["signing up", "forgetting"]
)
def test_answers_to_wrong_codes_are_the_same_for_known_and_unknown_e_mail_addresses(client, begin):
    account_holder()
    page = account_holders.CONFIRM if begin is account_holders.sign_up else account_holders.CODE

    def guess_codes(browser, email):
        begin(browser, email)
        return [
            account_holders.visible_answer(browser, lambda client, _email: client.post(page, {"code": "A"}), email)
            for _try in range(4)
        ]

    assert guess_codes(client, CARLA) == guess_codes(type(client)(), UNKNOWN_EMAIL)


@pytest.mark.parametrize(
    "step", [account_holders.sign_up, account_holders.sign_in_with_wrong_password], ids=["signing up", "guessing"]
)
@pytest.mark.parametrize("email", [CARLA, UNKNOWN_EMAIL, "gone@example.com", "ciro@example.com"])
def test_one_password_is_hashed_for_known_and_unknown_e_mail_addresses_alike(client, cook, step, email):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    account_holders.CountingHasher.hashes = 0

    step(client, email)

    assert account_holders.CountingHasher.hashes == 1


def test_signing_up_with_a_known_e_mail_address_is_reported_to_its_owner_by_e_mail_only(client, message_sinks):
    account_holder()

    account_holders.sign_up(client, name="Eve", password=ANOTHER_PASSWORD)

    assert "have an account" in account_holders.newest_email(message_sinks).subject
    assert User.objects.get().check_password(PASSWORD)
    account_holders.confirm(client, "AAAA-AAAA")
    assert not account_holders.is_signed_in(client)


def test_a_password_reset_for_an_unknown_e_mail_address_is_answered_by_e_mail(client, message_sinks):
    account_holders.request_password_reset(client, UNKNOWN_EMAIL)

    assert "No password of yours" in account_holders.newest_email(message_sinks, UNKNOWN_EMAIL).subject
