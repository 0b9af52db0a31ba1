"""Sign-up for a local account: name, password, and an e-mail address that is confirmed by a code."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from orders.customers.models import Customer
from pizzeria.foundation import clock
from pizzeria.users import sessions
from pizzeria.users.local_accounts.eligibility import purge_unconfirmed_accounts
from pizzeria.users.models import User
from tests.factories import UserFactory
from tests.races.concurrency import a_session_waits_for_a_lock, with_a_connection
from tests.users import account_holders
from tests.users.account_holders import CARLA, PASSWORD, account_holder
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_new_account_is_signed_in_once_its_e_mail_address_is_confirmed(client, message_sinks):
    asked = account_holders.sign_up(client)

    assert asked["Location"] == account_holders.CONFIRM
    assert not account_holders.is_signed_in(client)
    assert client.get(account_holders.CONFIRM).status_code == 200

    confirmed = client.post(account_holders.CONFIRM, {"code": account_holders.code_in(message_sinks)}, follow=True)

    assert confirmed.request["PATH_INFO"] == account_holders.HISTORY
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_backend"] == sessions.ACCOUNT


def test_signing_up_creates_a_customer_with_an_opaque_username(client, message_sinks):
    account_holders.sign_up(client, name="Carla <b>")
    account_holders.confirm(client, account_holders.code_in(message_sinks))

    user = User.objects.get()
    assert re.fullmatch(r"[0-9a-f]{32}", user.username)
    assert (user.first_name, user.email) == ("Carla <b>", "")
    assert not Customer.objects.exists()  # registered by the first act as one
    assert "Carla &lt;b&gt;" in client.get(account_holders.HISTORY).content.decode()


def test_signing_up_redirects_back_to_the_page_in_next(client, message_sinks):
    account_holders.sign_up(client, next=reverse("orders:basket"))

    assert account_holders.confirm(client, account_holders.code_in(message_sinks))["Location"] == reverse(
        "orders:basket"
    )


def test_the_confirmation_e_mail_contains_nothing_that_was_typed_as_a_name(client, message_sinks):
    account_holders.sign_up(client, name="You have won {{ origin }}")

    welcome = account_holders.newest_email(message_sinks)
    assert "Welcome!" in welcome.text
    assert "won" not in welcome.text + welcome.subject
    assert "http://localhost:8000" in welcome.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"first_name": ""}, "Please tell us your name"),
        ({"email": ""}, "Please tell us your e-mail."),
        ({"email": "carla at home"}, "does not look like an e-mail"),
        ({"email": "carla@example.com\nBcc: all@example.com"}, "does not look like an e-mail"),
        ({"password1": ""}, "Please think of a password."),
        ({"password1": "pizza"}, "too short"),
        ({"password1": "password1"}, "too common"),
        ({"password1": "p" * 2000}, "at most 1000"),
    ],
)
def test_an_invalid_sign_up_shows_the_error_and_keeps_all_fields_except_the_password(
    client, message_sinks, typed, message
):
    form = {"first_name": "Carla", "email": CARLA, "password1": PASSWORD} | typed

    response = client.post(account_holders.SIGN_UP, form)

    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert PASSWORD not in page
    assert ("first_name" in typed) == ('value="Carla"' not in page)
    assert not User.objects.exists()
    assert message_sinks.messages() == []


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "ß" * 30, "x" * 5000, "\x00"])
def test_a_wrong_or_malformed_code_does_not_confirm_an_e_mail_address(client, message_sinks, code):
    account_holders.sign_up(client)

    response = account_holders.confirm(client, code)

    assert response.status_code == 422
    assert not account_holders.is_signed_in(client)
    assert not EmailAddress.objects.get().verified


def test_the_right_code_is_refused_after_three_wrong_ones(client, message_sinks):
    account_holders.sign_up(client)
    right = account_holders.code_in(message_sinks)
    for _try in range(3):
        response = account_holders.confirm(client, "AAAA-AAAA")
    assert response["Location"] == account_holders.SIGN_IN

    account_holders.confirm(client, right)

    assert not account_holders.is_signed_in(client)


def test_an_address_to_which_no_mail_can_be_sent_is_refused_where_an_account_has_one(client):
    for step in (account_holders.sign_up, account_holders.sign_in, account_holders.request_password_reset):
        assert "That does not look like an e-mail address." in step(client, "carla@localhost").content.decode()

    account_holder()
    account_holders.sign_in(client)
    changed = client.post(account_holders.EMAIL, {"email": "carla@localhost", "action_add": ""})

    assert "That does not look like an e-mail address." in changed.content.decode()
    assert EmailAddress.objects.get().email == CARLA


def test_a_new_code_is_sent_on_request(client, message_sinks):
    account_holders.sign_up(client)
    first = account_holders.code_in(message_sinks)
    account_holders.clear_rate_limits()

    client.post(account_holders.CONFIRM, {"action": "resend"})

    assert account_holders.code_in(message_sinks) != first
    account_holders.confirm(client, account_holders.code_in(message_sinks))
    assert account_holders.is_signed_in(client)


def test_a_sign_up_can_be_completed_by_signing_in_after_the_browser_was_closed(client, message_sinks):
    account_holders.sign_up(client)
    client.cookies.clear()
    account_holders.clear_rate_limits()

    assert account_holders.sign_in(client)["Location"] == account_holders.CONFIRM
    account_holders.confirm(client, account_holders.code_in(message_sinks))

    assert account_holders.is_signed_in(client)
    assert User.objects.count() == 1


def test_the_purge_deletes_accounts_that_were_not_confirmed_within_a_day(client, message_sinks):
    account_holder("old@example.com", verified=True, date_joined=clock.now() - timedelta(days=2))
    account_holder("forgotten@example.com", verified=False, date_joined=clock.now() - timedelta(hours=25))
    account_holder("fresh@example.com", verified=False, date_joined=clock.now() - timedelta(hours=23))
    nobodys = UserFactory(date_joined=clock.now() - timedelta(days=2))

    call_command("purge_expired", verbosity=0)

    assert set(EmailAddress.objects.values_list("email", flat=True)) == {"old@example.com", "fresh@example.com"}
    assert User.objects.filter(pk=nobodys.pk).exists()
    assert User.objects.count() == 3


@pytest.mark.parametrize(
    "request_a_code", [account_holders.sign_in, account_holders.request_password_reset], ids=lambda step: step.__name__
)
def test_the_purge_leaves_an_old_unconfirmed_account_to_which_a_code_was_just_sent(
    client, message_sinks, request_a_code
):
    account_holder(verified=False, date_joined=clock.now() - timedelta(hours=25))
    assert request_a_code(client).status_code == 302
    assert account_holders.code_in(message_sinks)

    call_command("purge_expired", verbosity=0)

    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_purge_leaves_an_account_whose_address_is_being_confirmed_just_then(kitchen):
    account_holder("late@example.com", verified=False, date_joined=clock.now() - timedelta(hours=25))

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            EmailAddress.objects.update(verified=True)
            purging = threads.submit(with_a_connection(partial(purge_unconfirmed_accounts, before=clock.now())))
            until(a_session_waits_for_a_lock)
        assert purging.result() == 0

    assert User.objects.count() == 1
