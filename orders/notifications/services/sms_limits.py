"""Daily limits on SMS: what a flood of orders, or somebody who abuses them to text a number, can cost the shop."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.notifications.models import Notification, NotificationChannel
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert

SMS_PER_DAY_REACHED = AlertKind(
    "sms_per_day_reached",
    _("%(limit)d SMS were sent today, and no more are. The last one dropped: of order %(order)s."),
)
SMS_PER_NUMBER_REACHED = AlertKind(
    "sms_per_number_reached",
    _("%(limit)d SMS were sent to one number today, and no more are. The last one dropped: of order %(order)s."),
)


def is_over_sms_limit(notification: Notification, *, at: datetime) -> bool:
    """
    Return whether an SMS would exceed a limit of the business day, and raise an alert if it would.

    Workers that claim at the same moment may exceed a limit by one each.

    :param notification: with its order and contact loaded; one of another channel exceeds no limit
    """
    if notification.channel != NotificationChannel.SMS:
        return False
    sent = Notification.objects.sent_by_sms_since(clock.begin_of_business_day(at))
    to_number = sent.filter(order__contact__phone=notification.order.contact.phone)
    for limit, messages, kind in (
        (settings.SHOP_SMS_PER_DAY, sent, SMS_PER_DAY_REACHED),
        (settings.SHOP_SMS_PER_NUMBER_AND_DAY, to_number, SMS_PER_NUMBER_REACHED),
    ):
        if limit and messages.count() >= limit:
            raise_alert(kind, at=at, limit=limit, order=str(notification.order))
            return True
    return False
