"""The system checks of the gateway's keys."""

import pytest

from orders.payments.checks import check_stripe_keys


def ids():
    return [message.id for message in check_stripe_keys()]


@pytest.fixture(autouse=True)
def _a_real_shop(settings):
    settings.SHOP_DEMO, settings.SHOP_ORIGIN = False, "https://pizza.example"
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_live_abc", ["whsec_abc"]


def test_a_live_key_on_https_and_a_secret_are_right():
    assert ids() == []


def test_a_shop_without_cards_needs_no_secret(settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "", []

    assert ids() == []


def test_a_live_key_without_https_is_an_error(settings):
    settings.SHOP_ORIGIN = "http://localhost:8000"

    assert ids() == ["payments.E001"]


def test_a_test_key_in_a_real_shop_is_a_warning_and_in_the_demo_it_is_right(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_abc"
    assert ids() == ["payments.W001"]

    settings.SHOP_DEMO = True
    assert ids() == []


def test_a_missing_secret_of_the_webhook_is_a_warning(settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    assert ids() == ["payments.W002"]


def test_no_check_repeats_a_key(settings):
    settings.SHOP_ORIGIN, settings.STRIPE_WEBHOOK_SECRETS = "http://localhost", []

    assert "abc" not in str(check_stripe_keys())
