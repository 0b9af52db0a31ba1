"""Customers' own accounts: made, opened, and opened again when the password is forgotten; and whom they are not for."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from orders.models import Customer
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.operations import mail
from pizzeria.people import sessions
from pizzeria.people.accounts.adapter import AccountAdapter
from pizzeria.people.identities import take_in
from pizzeria.people.models import Identity, User
from pizzeria.people.roles import KITCHEN, MANAGER
from pizzeria.people.services import give_roles, sync_roles
from tests.factories import UserFactory
from tests.people import account_holders as they
from tests.people.account_holders import ANOTHER, CARLA, PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")

STRANGER = "nobody@example.com"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """A good hash takes half a second, on purpose."""
    settings.PASSWORD_HASHERS = ["tests.people.account_holders.CountingHasher"]


@pytest.fixture
def cook(kitchen):
    """A cook, known by Keycloak, whose row has by some mishap all that an account has."""
    sync_roles(by=SYSTEM)
    user = account_holder("ciro@example.com", first_name="Ciro")
    user.email = "ciro@example.com"
    user.save()
    give_roles(user, [KITCHEN])
    Identity.objects.create(user=user, issuer="https://sso.example/realms/pizzeria", subject="ciro")
    return user


def guess(client, email):
    return they.sign_in(client, email, "a guess")


def answers(client, step, email):
    """Take a step; give all that whoever took it gets to see, apart from the e-mail they typed themselves."""
    answer = step(client, email)
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    body = re.sub(r'value="\w{64}"|nonce="[^"]+"', "", page.content.decode()).replace(email, "")
    return answer.status_code, answer.headers.get("Location"), page.status_code, body


# --- Making one ---


def test_are_open_once_the_e_mail_is_confirmed(client, post):
    asked = they.sign_up(client)

    assert asked["Location"] == they.CONFIRM
    assert not they.is_signed_in(client)
    assert client.get(they.CONFIRM).status_code == 200

    confirmed = client.post(they.CONFIRM, {"code": they.code_in(post)}, follow=True)

    assert confirmed.request["PATH_INFO"] == they.HISTORY
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_backend"] == sessions.ACCOUNT


def test_make_a_customer_with_a_name_of_ours(client, post):
    they.sign_up(client, name="Carla <b>")
    they.confirm(client, they.code_in(post))

    user = User.objects.get()
    assert re.fullmatch(r"[0-9a-f]{32}", user.username)
    assert (user.first_name, user.email) == ("Carla <b>", "")
    assert Customer.objects.get().user == user
    assert "Carla &lt;b&gt;" in client.get(they.HISTORY).content.decode()


def test_lead_back_to_where_somebody_was(client, post):
    they.sign_up(client, next=reverse("orders:basket"))

    assert they.confirm(client, they.code_in(post))["Location"] == reverse("orders:basket")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_lead_nobody_out_of_the_shop(client, elsewhere):
    account_holder()

    assert they.sign_in(client, next=elsewhere)["Location"] == reverse("people:landing")


def test_are_written_to_in_plain_words_with_nothing_of_what_was_typed(client, post):
    they.sign_up(client, name="Click https://evil.example {{ origin }}")

    letter = they.newest_letter(post)
    assert "Welcome!" in letter.text
    assert "evil" not in letter.text + letter.subject
    assert "http://localhost:8000" in letter.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
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
def test_say_what_is_wrong_beside_the_field_and_keep_the_rest(client, post, typed, sentence):
    form = {"first_name": "Carla", "email": CARLA, "password1": PASSWORD} | typed

    answer = client.post(they.SIGN_UP, form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert PASSWORD not in page
    assert ("first_name" in typed) == ('value="Carla"' not in page)
    assert not User.objects.exists()
    assert post.taken() == []


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "ß" * 30, "x" * 5000, "\x00"])
def test_stay_closed_to_a_code_that_is_none(client, post, code):
    they.sign_up(client)

    answer = they.confirm(client, code)

    assert answer.status_code == 422
    assert not they.is_signed_in(client)
    assert not EmailAddress.objects.get().verified


def test_take_three_wrong_codes_and_no_more(client, post):
    they.sign_up(client)
    right = they.code_in(post)
    for _try in range(3):
        answer = they.confirm(client, "AAAA-AAAA")
    assert answer["Location"] == they.SIGN_IN

    they.confirm(client, right)

    assert not they.is_signed_in(client)


def test_write_again_when_asked(client, post):
    they.sign_up(client)
    first = they.code_in(post)
    they.limits_are_over()

    client.post(they.CONFIRM, {"action": "resend"})

    assert they.code_in(post) != first
    they.confirm(client, they.code_in(post))
    assert they.is_signed_in(client)


def test_go_on_from_the_sign_in_when_the_browser_was_closed(client, post):
    they.sign_up(client)
    client.cookies.clear()
    they.limits_are_over()

    assert they.sign_in(client)["Location"] == they.CONFIRM
    they.confirm(client, they.code_in(post))

    assert they.is_signed_in(client)
    assert User.objects.count() == 1


def test_are_forgotten_when_nobody_confirms_them_in_a_day(client, post):
    account_holder("old@example.com", verified=True, date_joined=clock.now() - timedelta(days=2))
    account_holder("forgotten@example.com", verified=False, date_joined=clock.now() - timedelta(hours=25))
    account_holder("fresh@example.com", verified=False, date_joined=clock.now() - timedelta(hours=23))
    nobodys = UserFactory(date_joined=clock.now() - timedelta(days=2))

    call_command("tidy_up", verbosity=0)

    assert set(EmailAddress.objects.values_list("email", flat=True)) == {"old@example.com", "fresh@example.com"}
    assert User.objects.filter(pk=nobodys.pk).exists()
    assert User.objects.count() == 3


# --- Opening one ---


def test_open_to_e_mail_and_password(client):
    account_holder()

    answer = client.post(they.SIGN_IN, {"login": "Carla@Example.COM ", "password": PASSWORD}, follow=True)

    assert answer.request["PATH_INFO"] == they.HISTORY


def test_stay_closed_to_a_wrong_password_and_say_nothing_of_it(client):
    account_holder()

    answer = they.sign_in(client, password="five cheeses")

    assert answer.status_code == 422
    assert "do not go together" in answer.content.decode()
    assert "five cheeses" not in answer.content.decode()
    assert not they.is_signed_in(client)


def test_open_to_no_username(client):
    user = account_holder()

    assert they.sign_in(client, email=user.username).status_code == 422
    assert authenticate(None, username=CARLA, password=PASSWORD) is None
    assert authenticate(None, email=user.username, password=PASSWORD) is None


def test_stay_closed_while_the_e_mail_is_not_confirmed(client):
    account_holder(verified=False)

    assert they.sign_in(client)["Location"] == they.CONFIRM
    assert not they.is_signed_in(client)
    assert client.get(they.HISTORY).status_code == 302


def test_never_carry_what_staff_may(client):
    sync_roles(by=SYSTEM)
    give_roles(account_holder(), [MANAGER])
    they.sign_in(client)

    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(reverse("admin:login")).status_code == 403
    assert client.session["groups"] == ["Customers"]
    assert client.get(they.HISTORY).status_code == 200


def test_begin_a_session_with_a_new_key(client, post):
    client.get(reverse("orders:basket"))
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    account_holder()
    before = client.session.session_key

    they.sign_in(client)

    assert before
    assert client.session.session_key != before
    assert client.session["basket_count"] == 1


# --- A forgotten password ---


def test_get_a_new_password_by_a_code(client, post):
    account_holder()
    they.forget(client)

    client.post(they.CODE, {"code": they.code_in(post)})
    assert client.get(they.NEW_PASSWORD).status_code == 200
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert they.is_signed_in(client)
    assert User.objects.get().check_password(ANOTHER)
    assert "has changed" in they.newest_letter(post).subject


def test_get_no_new_password_by_a_wrong_code_or_none(client, post):
    account_holder()
    they.forget(client)

    assert client.post(they.CODE, {"code": "AAAA-AAAA"}).status_code == 422
    assert client.get(they.NEW_PASSWORD)["Location"] == they.CODE
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert User.objects.get().check_password(PASSWORD)


def test_sign_out_everywhere_else_with_the_new_password(client, post):
    account_holder()
    they.sign_in(client)
    elsewhere = type(client)()
    they.forget(elsewhere)
    elsewhere.post(they.CODE, {"code": they.code_in(post)})
    elsewhere.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert client.get(they.HISTORY).status_code == 302
    assert elsewhere.get(they.HISTORY).status_code == 200


# --- Changing one ---


def test_change_the_password_and_stay(client, post):
    account_holder()
    they.sign_in(client)

    assert client.post(they.PASSWORD_PAGE, {"oldpassword": "wrong", "password1": ANOTHER}).status_code == 422
    assert client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": "short"}).status_code == 422
    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)
    assert client.get(they.HISTORY).status_code == 200
    assert "has changed" in they.newest_letter(post).subject


def test_change_the_e_mail_once_the_new_one_is_confirmed(client, post):
    account_holder()
    they.sign_in(client)
    asked = client.post(they.EMAIL, {"email": "conti@example.com", "action_add": ""})
    assert asked["Location"].startswith(they.PROVE)

    proved = client.post(asked["Location"], {"password": PASSWORD})
    assert proved["Location"] == they.CONFIRM
    assert EmailAddress.objects.get().email == CARLA

    they.confirm(client, they.code_in(post, "conti@example.com"))

    assert EmailAddress.objects.get().email == "conti@example.com"
    assert "conti@example.com" in they.newest_letter(post, CARLA).text


def test_take_no_e_mail_of_another_account_and_do_not_tell_that_there_is_one(client, post):
    account_holder()
    account_holder("bruno@example.com")
    they.sign_in(client)
    client.post(they.PROVE, {"password": PASSWORD})

    seen = [
        client.post(they.EMAIL, {"email": email, "action_add": ""})["Location"]
        for email in ("bruno@example.com", STRANGER)
    ]
    assert seen == [they.CONFIRM, they.CONFIRM]
    client.post(they.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    they.limits_are_over()
    client.post(they.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    they.confirm(client, they.code_in(post, "bruno@example.com"))

    assert EmailAddress.objects.get(email="bruno@example.com").user.pk != int(client.session["_auth_user_id"])


# --- What nobody finds out ---


@pytest.mark.parametrize(
    "step",
    [they.sign_up, they.forget, guess],
    ids=["signing up", "forgetting", "guessing"],
)
def test_answer_alike_whether_an_e_mail_is_known_or_not(client, cook, step):
    account_holder()
    account_holder("gone@example.com", is_active=False)
    UserFactory(email="dina@example.com")

    seen = [
        answers(type(client)(), step, email)
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
        return [answers(browser, lambda client, _email: client.post(page, {"code": "A"}), email) for _try in range(4)]

    assert guess_codes(client, CARLA) == guess_codes(type(client)(), STRANGER)


@pytest.mark.parametrize("step", [they.sign_up, guess], ids=["signing up", "guessing"])
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


# --- Whom they are not for ---


def test_stay_closed_to_whom_a_sign_in_server_knows(client, cook):
    answer = they.sign_in(client, "ciro@example.com")

    assert answer.status_code == 422
    assert authenticate(None, email="ciro@example.com", password=PASSWORD) is None


def test_give_no_password_to_whom_a_sign_in_server_knows(client, post, cook):
    they.forget(client, "ciro@example.com")

    assert "No password of yours" in they.newest_letter(post, "ciro@example.com").subject
    assert client.get(they.NEW_PASSWORD).status_code == 302
    with pytest.raises(PermissionDenied):
        AccountAdapter().set_password(cook, ANOTHER)
    cook.refresh_from_db()
    assert cook.check_password(PASSWORD)


def test_stop_a_reset_of_somebody_whom_a_sign_in_server_has_come_to_know(client, post):
    user = account_holder()
    they.forget(client)
    client.post(they.CODE, {"code": they.code_in(post)})
    Identity.objects.create(user=user, issuer="https://sso.example", subject="carla")

    assert client.post(they.NEW_PASSWORD, {"password1": ANOTHER}).status_code == 403

    assert User.objects.get().check_password(PASSWORD)
    assert not they.is_signed_in(client)


def test_make_another_customer_of_a_dismissed_cook_and_no_cook(client, post):
    sync_roles(by=SYSTEM)
    cook = take_in(
        issuer="https://sso.example",
        subject="ciro",
        claims={"email": "ciro@example.com"},
        roles=frozenset({"chef"}),
        by=SYSTEM,
    )
    they.sign_up(client, "ciro@example.com", name="Ciro")
    they.confirm(client, they.code_in(post, "ciro@example.com"))

    assert they.is_signed_in(client)
    assert int(client.session["_auth_user_id"]) != cook.pk
    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(they.HISTORY).status_code == 200
    assert not cook.has_usable_password()


def test_are_changed_only_by_whoever_came_in_by_them(sign_in):
    browser = sign_in(KITCHEN)

    for page in (they.EMAIL, they.PASSWORD_PAGE, they.PROVE, they.PASSKEYS, they.ADD_PASSKEY):
        answer = browser.get(page)
        assert answer.status_code == 403
        assert "kept elsewhere" in answer.content.decode()
    assert they.EMAIL not in browser.get(reverse("orders:profile")).content.decode()


def test_show_in_the_profile_where_they_are_changed(client):
    account_holder()
    they.sign_in(client)

    page = client.get(reverse("orders:profile")).content.decode()

    for address in (they.EMAIL, they.PASSWORD_PAGE, they.PASSKEYS):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


# --- Closed ones ---


def test_stay_closed_when_they_were_closed(client, post):
    account_holder(is_active=False)

    assert they.sign_in(client).status_code == 422
    they.forget(client)
    assert "No password of yours" in they.newest_letter(post).subject
    assert not they.is_signed_in(client)


def test_end_the_sessions_of_those_that_were_closed(client):
    user = account_holder()
    they.sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(they.HISTORY).status_code == 302


def test_stop_a_confirmation_of_those_that_were_closed(client, post):
    they.sign_up(client)
    User.objects.update(is_active=False)

    they.confirm(client, they.code_in(post))

    assert not they.is_signed_in(client)


# --- Letters that cannot leave ---


@pytest.fixture
def no_answer(settings):
    """A mail server that is not there."""
    settings.MAILERS = mail.mailers("smtp://127.0.0.1:1?tls=no")


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

    assert answers(client, they.sign_up, CARLA) == answers(type(client)(), they.sign_up, STRANGER)
    assert answers(client, they.forget, CARLA) == answers(type(client)(), they.forget, STRANGER)


def test_stay_as_they_are_changed_when_the_letter_about_it_cannot_leave(client, no_answer):
    account_holder()
    they.sign_in(client)

    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)


def test_say_so_when_a_code_cannot_be_sent_again(client, post, settings):
    they.sign_up(client)
    code = they.code_in(post)
    they.limits_are_over()
    settings.MAILERS = mail.mailers("smtp://127.0.0.1:1?tls=no")

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


# --- Where they are found ---


def test_are_offered_on_the_sign_in_page_with_the_way_back(client):
    page = client.get(they.WAYS_IN, {"next": "/orders/"}).content.decode()

    assert f'href="{they.SIGN_IN}?next=%2Forders%2F"' in page
    assert f'href="{they.SIGN_UP}?next=%2Forders%2F"' in page


def test_are_not_offered_to_whoever_is_to_prove_it_again(client):
    assert they.SIGN_IN not in client.get(they.WAYS_IN, {"again": "1"}).content.decode()
