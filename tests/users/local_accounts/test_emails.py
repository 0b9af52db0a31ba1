"""Local accounts while e-mail cannot be sent."""

import pytest
from allauth.account.models import EmailAddress

from pizzeria.operations import mail_url
from pizzeria.users.models import User
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def no_answer(settings):
    """Configure a mail server at a port on which nothing listens."""
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")


@pytest.mark.parametrize("step", [they.sign_up, they.forget, they.sign_in], ids=["sign up", "forget", "sign in"])
def test_account_forms_get_a_503_and_store_nothing_while_the_mail_server_is_down(client, no_answer, step):
    account_holder("waiting@example.com", verified=False)
    before = User.objects.count()

    answer = step(client, "waiting@example.com" if step is they.sign_in else STRANGER)

    assert answer.status_code == 503
    assert "cannot write to you just now" in answer.content.decode()
    assert (User.objects.count(), EmailAddress.objects.count()) == (before, before)
    assert not they.is_signed_in(client)


def test_known_and_unknown_e_mail_addresses_get_the_same_answer_while_the_mail_server_is_down(client, no_answer):
    account_holder()

    assert they.get_to_see(client, they.sign_up, CARLA) == they.get_to_see(type(client)(), they.sign_up, STRANGER)
    assert they.get_to_see(client, they.forget, CARLA) == they.get_to_see(type(client)(), they.forget, STRANGER)


def test_a_changed_password_is_kept_if_the_e_mail_about_it_cannot_be_sent(client, no_answer):
    account_holder()
    they.sign_in(client)

    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)


def test_the_earlier_code_stays_valid_if_a_new_one_cannot_be_sent(client, message_sinks, settings):
    they.sign_up(client)
    code = they.code_in(message_sinks)
    they.limits_are_over()
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")

    answer = client.post(they.CONFIRM, {"action": "resend"}, follow=True)

    assert "cannot write to you just now" in answer.content.decode()
    they.confirm(client, code)
    assert they.is_signed_in(client)


def test_sign_up_and_password_reset_are_unavailable_if_no_mail_server_is_configured(client, settings):
    settings.MAILERS = {}
    account_holder()

    for page in (they.SIGN_UP, they.FORGOTTEN):
        for answer in (client.get(page), client.post(page, {"email": STRANGER, "password1": ANOTHER})):
            assert answer.status_code == 503
            assert "sends no e-mail" in answer.content.decode()
    assert User.objects.count() == 1
    assert they.sign_in(client).status_code == 302
