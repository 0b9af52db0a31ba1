"""Accounts while no letter can leave."""

import pytest
from allauth.account.models import EmailAddress

from pizzeria.operations import mail_url
from pizzeria.users.models import User
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.fixture
def no_answer(settings):
    """A mail server that is not there."""
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")


@pytest.mark.parametrize("step", [they.sign_up, they.forget, they.sign_in], ids=["sign up", "forget", "sign in"])
def test_say_so_when_the_mail_server_is_gone_and_keep_nothing(client, no_answer, step):
    account_holder("waiting@example.com", verified=False)
    before = User.objects.count()

    answer = step(client, "waiting@example.com" if step is they.sign_in else STRANGER)

    assert answer.status_code == 503
    assert "cannot write to you just now" in answer.content.decode()
    assert (User.objects.count(), EmailAddress.objects.count()) == (before, before)
    assert not they.is_signed_in(client)


def test_say_so_to_those_who_have_one_in_the_same_words(client, no_answer):
    account_holder()

    assert they.get_to_see(client, they.sign_up, CARLA) == they.get_to_see(type(client)(), they.sign_up, STRANGER)
    assert they.get_to_see(client, they.forget, CARLA) == they.get_to_see(type(client)(), they.forget, STRANGER)


def test_stay_as_they_are_changed_when_the_letter_about_it_cannot_leave(client, no_answer):
    account_holder()
    they.sign_in(client)

    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)


def test_say_so_when_a_code_cannot_be_sent_again(client, post, settings):
    they.sign_up(client)
    code = they.code_in(post)
    they.limits_are_over()
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")

    answer = client.post(they.CONFIRM, {"action": "resend"}, follow=True)

    assert "cannot write to you just now" in answer.content.decode()
    they.confirm(client, code)
    assert they.is_signed_in(client)


def test_are_not_to_be_had_where_the_shop_writes_no_e_mail(client, settings):
    settings.MAILERS = {}
    account_holder()

    for page in (they.SIGN_UP, they.FORGOTTEN):
        for answer in (client.get(page), client.post(page, {"email": STRANGER, "password1": ANOTHER})):
            assert answer.status_code == 503
            assert "sends no e-mail" in answer.content.decode()
    assert User.objects.count() == 1
    assert they.sign_in(client).status_code == 302
