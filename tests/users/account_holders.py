"""Users with a local account, and their steps: sign-up, sign-in, password reset and e-mailed codes."""

import re
from base64 import urlsafe_b64encode

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.urls import reverse

from pizzeria.users.models import RateLimitCounter
from tests.factories import UserFactory

SIGN_UP, SIGN_IN = reverse("account_signup"), reverse("account_login")
CONFIRM, PASSWORD_RESET = reverse("account_email_verification_sent"), reverse("account_reset_password")
CODE, NEW_PASSWORD = reverse("account_confirm_password_reset_code"), reverse("account_complete_password_reset")
EMAIL, PASSWORD_PAGE, REAUTHENTICATE = (
    reverse("account_email"),
    reverse("account_change_password"),
    reverse("account_reauthenticate"),
)
PASSKEYS, ADD_PASSKEY = reverse("mfa_list_webauthn"), reverse("mfa_add_webauthn")
HISTORY, SIGN_IN_OPTIONS = reverse("orders:history"), reverse("users:sign_in")

UNKNOWN_EMAIL = "nobody@example.com"
CARLA, PASSWORD, ANOTHER_PASSWORD = "carla@example.com", "four cheeses, no regrets", "five olives, some regrets"


def account_holder(email=CARLA, *, verified=True, password=PASSWORD, **fields):
    """Create a user with a local account."""
    user = UserFactory(email="", **fields)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def sign_up(client, email=CARLA, *, name="Carla", password=PASSWORD, **fields):
    return client.post(SIGN_UP, {"first_name": name, "email": email, "password1": password, **fields})


def sign_in(client, email=CARLA, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"login": email, "password": password, **fields})


def sign_in_with_wrong_password(client, email=CARLA):
    return sign_in(client, email, "a guess")


def request_password_reset(client, email=CARLA):
    return client.post(PASSWORD_RESET, {"email": email})


def confirm(client, code):
    return client.post(CONFIRM, {"code": code})


def visible_answer(client, step, email):
    """Take a step; return all that its client sees, without tokens, nonces and the e-mail address that it typed."""
    response = step(client, email)
    page = client.get(response["Location"]) if response.status_code == 302 else response
    body = re.sub(r'value="\w{64}"|nonce="[^"]+"', "", page.content.decode()).replace(email, "")
    return response.status_code, response.headers.get("Location"), page.status_code, body


def newest_email(message_sinks, to=CARLA):
    """Return the newest e-mail to an address."""
    return message_sinks.messages("email", to=to)[-1]


def code_in(message_sinks, to=CARLA):
    """Return the code in the subject of the newest e-mail to an address."""
    return re.match(r"([A-Z]{4}-[A-Z]{4}) ", newest_email(message_sinks, to).subject)[1]


def is_signed_in(client):
    return client.session.get("_auth_user_id") is not None


def clear_rate_limits():
    """Delete the counters of the rate limits, as if their periods had passed."""
    RateLimitCounter.objects.all().delete()


class CountingHasher(MD5PasswordHasher):
    """A quick password hasher that counts its hashes."""

    hashes = 0

    def encode(self, *args, **kwargs):
        CountingHasher.hashes += 1
        return super().encode(*args, **kwargs)


def base64_of(text):
    """Return a text in base64url without padding, as browsers encode it for WebAuthn."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")
