"""Daily limits on SMS: in all, and to one number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.orders.notifications.notification_helpers import EMAIL, EXPIRED, SENT, SMS, newest, send
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def confirmation(channel=SMS, *, phone=ANNA.phone, at=FRIDAY_NIGHT):
    """Return the confirmation of a new order, not sent yet."""
    return newest(shop.place(contact=replace(ANNA, phone=phone), at=at), channel, at=at)


def alerts():
    return list(Alert.objects.values_list("kind", "times_seen"))


def test_an_sms_beyond_the_limit_of_a_day_is_dropped_with_an_alert(settings, message_sinks):
    settings.SHOP_SMS_PER_DAY = 2
    sent = [send(confirmation(phone=f"+3933312345{number}")) for number in (10, 11, 12)]

    assert [(each.state, each.error) for each in sent] == [(SENT, ""), (SENT, ""), (EXPIRED, "daily limit of SMS")]
    assert len(message_sinks.messages("sms")) == 2
    assert alerts() == [("sms_per_day_reached", 1)]


def test_an_sms_beyond_the_limit_of_a_number_is_dropped_with_an_alert_and_those_to_others_are_sent(settings):
    settings.SHOP_SMS_PER_NUMBER_AND_DAY = 1
    first, second, other = confirmation(), confirmation(), confirmation(phone="+393331234567")

    assert [send(each).state for each in (first, second, other)] == [SENT, EXPIRED, SENT]
    assert alerts() == [("sms_per_number_reached", 1)]


def test_emails_are_sent_whatever_the_limit_of_sms(settings):
    settings.SHOP_SMS_PER_DAY = settings.SHOP_SMS_PER_NUMBER_AND_DAY = 1
    send(confirmation())

    assert send(confirmation(EMAIL)).state == SENT


def test_the_limits_begin_anew_with_the_business_day(settings):
    settings.SHOP_SMS_PER_DAY = 1
    send(confirmation())
    tomorrow = FRIDAY_NIGHT + timedelta(days=1)

    assert send(confirmation(at=tomorrow), tomorrow).state == SENT


@pytest.mark.parametrize("limit", ["SHOP_SMS_PER_DAY", "SHOP_SMS_PER_NUMBER_AND_DAY"])
def test_zero_is_no_limit(settings, limit):
    setattr(settings, limit, 0)

    assert [send(confirmation()).state for _ in range(3)] == [SENT] * 3
