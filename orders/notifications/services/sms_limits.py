"""Daily limits on SMS: what a flood of orders, or somebody who abuses them to text a number, can cost the shop."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.notifications.models import Notification, NotificationChannel
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


def reached_sms_limit(notification: Notification, *, at: datetime) -> SmsLimit | None:
    """
    Return the limit of the business day that keeps an SMS from being sent; None if there is none.

    Workers that claim at the same moment may exceed a limit by one each.

    :param notification: with its order and contact loaded; for one of another channel there is no limit
    """
    if notification.channel != NotificationChannel.SMS:
        return None
    sent = Notification.objects.sent_by_sms_since(clock.begin_of_business_day(at))
    to_number = sent.filter(order__contact__phone=notification.order.contact.phone)
    for limit, messages in (
        (SmsLimit(SMS_PER_DAY_REACHED, settings.SHOP_SMS_PER_DAY), sent),
        (SmsLimit(SMS_PER_NUMBER_REACHED, settings.SHOP_SMS_PER_NUMBER_AND_DAY), to_number),
    ):
        if limit.messages and messages.count() >= limit.messages:
            return limit
    return None
