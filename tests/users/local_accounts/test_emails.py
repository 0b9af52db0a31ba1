"""Local accounts while e-mail cannot be sent."""

import pytest
from allauth.account.models import EmailAddress
from django.template import TemplateSyntaxError

from pizzeria.operations import mail_url
from pizzeria.users.local_accounts import emails
from pizzeria.users.models import User
from tests.users import account_holders
from tests.users.account_holders import ANOTHER_PASSWORD, CARLA, PASSWORD, UNKNOWN_EMAIL, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def no_answer(settings):
    """Configure a mail server at a port on which nothing listens."""
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")


@pytest.fixture
def broken_template(monkeypatch):
    """Make the e-mails of accounts ones that cannot be rendered."""

    def fail(*_arguments, **_options):
        raise TemplateSyntaxError

    monkeypatch.setattr(emails, "render_to_string", fail)


@pytest.mark.parametrize("fault", ["no_answer", "broken_template"])
@pytest.mark.parametrize(
    "step",
    [account_holders.sign_up, account_holders.request_password_reset, account_holders.sign_in],
    ids=["sign up", "forget", "sign in"],
)
def test_account_forms_get_a_503_and_store_nothing_while_an_e_mail_cannot_be_sent(client, request, fault, step):
    request.getfixturevalue(fault)
    account_holder("waiting@example.com", verified=False)
    before = User.objects.count()

    response = step(client, "waiting@example.com" if step is account_holders.sign_in else UNKNOWN_EMAIL)

    assert response.status_code == 503
    assert "cannot write to you just now" in response.content.decode()
    assert (User.objects.count(), EmailAddress.objects.count()) == (before, before)
    assert not account_holders.is_signed_in(client)


def test_known_and_unknown_e_mail_addresses_get_the_same_answer_while_the_mail_server_is_down(client, no_answer):
    account_holder()

    assert account_holders.visible_answer(client, account_holders.sign_up, CARLA) == account_holders.visible_answer(
        type(client)(), account_holders.sign_up, UNKNOWN_EMAIL
    )
    assert account_holders.visible_answer(
        client, account_holders.request_password_reset, CARLA
    ) == account_holders.visible_answer(type(client)(), account_holders.request_password_reset, UNKNOWN_EMAIL)


@pytest.mark.parametrize("fault", ["no_answer", "broken_template"])
def test_a_changed_password_is_kept_if_the_e_mail_about_it_cannot_be_sent(client, request, fault):
    request.getfixturevalue(fault)
    account_holder()
    account_holders.sign_in(client)

    client.post(account_holders.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER_PASSWORD})

    assert User.objects.get().check_password(ANOTHER_PASSWORD)


def test_the_earlier_code_stays_valid_if_a_new_one_cannot_be_sent(client, message_sinks, settings):
    account_holders.sign_up(client)
    code = account_holders.code_in(message_sinks)
    account_holders.clear_rate_limits()
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:1?tls=no")

    response = client.post(account_holders.CONFIRM, {"action": "resend"}, follow=True)

    assert "cannot write to you just now" in response.content.decode()
    account_holders.confirm(client, code)
    assert account_holders.is_signed_in(client)


def test_sign_up_and_password_reset_are_unavailable_if_no_mail_server_is_configured(client, settings):
    settings.MAILERS = {}
    account_holder()

    for page in (account_holders.SIGN_UP, account_holders.PASSWORD_RESET):
        for response in (client.get(page), client.post(page, {"email": UNKNOWN_EMAIL, "password1": ANOTHER_PASSWORD})):
            assert response.status_code == 503
            assert "sends no e-mail" in response.content.decode()
    assert User.objects.count() == 1
    assert account_holders.sign_in(client).status_code == 302
