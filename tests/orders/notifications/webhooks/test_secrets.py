"""Secrets of webhooks are encrypted with the newest SECRET_KEY once the shop is set up with it."""

import pytest
from django.core.management import call_command

from orders.notifications.webhooks.models import WebhookSubscription
from pizzeria.foundation import encryption
from tests.factories import WebhookSubscriptionFactory

NEW = "the new key, which is longer than the fifty characters it needs"

pytestmark = pytest.mark.usefixtures("kitchen")


def test_a_secret_outlives_the_key_by_which_it_was_encrypted(settings, capsys):
    webhook = WebhookSubscriptionFactory()
    secret, old = webhook.secret, settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [old]

    call_command("set_up_shop")

    settings.SECRET_KEY_FALLBACKS = []
    assert WebhookSubscription.objects.get().secret == secret
    assert "secrets of webhooks: 1 encrypted with the new SECRET_KEY" in capsys.readouterr().out


def test_a_secret_that_is_encrypted_with_the_newest_key_stays_as_it_is(capsys):
    webhook = WebhookSubscriptionFactory()

    call_command("set_up_shop")

    assert WebhookSubscription.objects.get().encrypted_secret == webhook.encrypted_secret
    assert "secrets of webhooks" not in capsys.readouterr().out


def test_a_secret_that_no_key_decrypts_holds_up_no_other_one(settings):
    lost, kept = WebhookSubscriptionFactory.create_batch(2)
    secret = kept.secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]
    WebhookSubscription.objects.filter(pk=lost.pk).update(encrypted_secret="gone")

    call_command("set_up_shop", verbosity=0)

    settings.SECRET_KEY_FALLBACKS = []
    assert WebhookSubscription.objects.get(pk=kept.pk).secret == secret
    with pytest.raises(ValueError, match="encrypted with another secret"):
        encryption.decrypt(WebhookSubscription.objects.get(pk=lost.pk).encrypted_secret)
