"""Daily limits on SMS: what a flood of orders, or somebody who abuses them to text a number, can cost the shop."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumber

from orders.models import PhoneProof
from orders.notifications.models import Notification
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.kinds import AlertKind

SMS_PER_DAY_REACHED = AlertKind(
    "sms_per_day_reached",
    _("%(limit)d SMS were sent today, and no more are. The last one dropped: of order %(order)s."),
)
SMS_PER_NUMBER_REACHED = AlertKind(
    "sms_per_number_reached",
    _("%(limit)d SMS were sent to one number today, and no more are. The last one dropped: of order %(order)s."),
)


@dataclass(frozen=True, slots=True)
class SmsLimit:
    """A limit of the business day, and the alert that says that it is reached."""

    kind: AlertKind
    messages: int


def reached_sms_limit(phone: PhoneNumber | str, *, at: datetime) -> SmsLimit | None:
    """
    Return the limit of the business day that keeps an SMS to a number from being sent; None if there is none.

    Notifications and codes count together. Workers that claim at the same moment may exceed a limit by one each.
    """
    day = clock.begin_of_business_day(at)
    notifications, codes = Notification.objects.sent_by_sms_since(day), PhoneProof.objects.sent_since(day)
    to_number = (notifications.filter(order__contact__phone=phone), codes.filter(phone=phone))
    for limit, sent in (
        (SmsLimit(SMS_PER_DAY_REACHED, settings.SHOP_SMS_PER_DAY), (notifications, codes)),
        (SmsLimit(SMS_PER_NUMBER_REACHED, settings.SHOP_SMS_PER_NUMBER_AND_DAY), to_number),
    ):
        if limit.messages and sum(messages.count() for messages in sent) >= limit.messages:
            return limit
    return None
