"""Accounts tell nobody but their owner that they exist."""

import pytest

from pizzeria.users.models import User
from tests.factories import UserFactory
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.mark.parametrize(
    "step",
    [they.sign_up, they.forget, they.guess],
    ids=["signing up", "forgetting", "guessing"],
)
def test_answer_alike_whether_an_e_mail_is_known_or_not(client, cook, step):
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
def test_answer_alike_to_wrong_codes_too(client, begin):
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
def test_work_as_hard_for_an_e_mail_of_anybody(client, cook, step, email):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    they.CountingHasher.done = 0

    step(client, email)

    assert they.CountingHasher.done == 1


def test_tell_the_owner_alone_that_there_is_one_already(client, post):
    account_holder()

    they.sign_up(client, name="Eve", password=ANOTHER)

    assert "have an account" in they.newest_letter(post).subject
    assert User.objects.get().check_password(PASSWORD)
    they.confirm(client, "AAAA-AAAA")
    assert not they.is_signed_in(client)


def test_tell_a_stranger_by_letter_that_there_is_none(client, post):
    they.forget(client, STRANGER)

    assert "No password of yours" in they.newest_letter(post, STRANGER).subject
