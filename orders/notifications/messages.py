"""
Messages of notifications: text and address, rendered each time from the order's and its contact's current data.

Free text is put on one line and cut to a length; it is escaped where it becomes HTML, and never made a link. An SMS has
no free text but a name of letters, and an e-mail repeats no name that could be an address: otherwise the shop could be
used to send advertisements to anybody.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from kitchen.models import FulfillmentMethod
from orders import presenters
from orders.events import OrderRefunded, OrderRefundRequested
from orders.models import Order, OrderContact, OrderStatus
from orders.notifications.models import Notification, NotificationChannel, NotificationKind
from orders.notifications.rendering import MessageContext, RenderedMessage, render_message
from orders.selectors.order import lines_of, order_url
from pizzeria.foundation import clock
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.mail.outbound import OutboundMessage
from pizzeria.foundation.money import ZERO, format_amount
from pizzeria.foundation.shop.selectors import ShopSnapshot, current_shop

MAX_NAME_LENGTH = 40
MAX_REASON_LENGTH = 300
MAX_ADDRESS_LENGTH = 60  # of the shop, in an SMS of at most 160 characters

# Letters, blanks, hyphens and apostrophes: an SMS repeats no other text that somebody has typed.
_NAME_IN_SMS = re.compile(r"(?=.*[^\W\d_])(?:[^\W\d_]|[ '’-]){1,20}")
# What an address or a phone number has in it. The wide and the invisible variants of these signs count as well.
_NOT_IN_EMAIL = re.compile(r"\S[.\u2024\u3002\uff0e\uff61]\S|[/:@\\\u200c\u200d\uff0f\uff1a\uff20]|\d{4}")


def message_for(notification: Notification) -> OutboundMessage | None:
    """
    Return the e-mail or SMS of a notification; None if the contact has no such address (any more).

    It shows the order's current promise, also if the message itself is late.
    """
    order = notification.order
    to = _recipient_address(NotificationChannel(notification.channel), order.contact)
    if not to:
        return None
    is_email = notification.channel == NotificationChannel.EMAIL
    receipt = {"lines": tuple(lines_of(order)), "totals": order.totals} if is_email else {}
    rendered = _render(notification, order.promise_from, order.promise_until, **receipt)
    return OutboundMessage(
        id=f"notification-{notification.pk}", to=to, subject=rendered.headline, text=rendered.text, html=rendered.html
    )


def inbox_text(notification: Notification) -> RenderedMessage:
    """Return a notification's in-app text, with the promise of that moment; event, order and contact must be loaded."""
    return _render(notification, *_promise_at_event(notification))


def _render(
    notification: Notification, promise_from: datetime | None, promise_until: datetime | None, **more: Any
) -> RenderedMessage:
    order, shop = notification.order, current_shop()
    assert order.number, "placed orders only"
    promise, short_promise = _promise_texts(order, promise_from, promise_until)
    context = MessageContext(
        shop=shop.name,
        shop_address=shop.address,
        pickup_address=_pickup_address(order, shop),
        shop_phone=shop.phone.as_international if shop.phone else "",
        greeting=_greeting(order.contact.name, NotificationChannel(notification.channel)),
        number=order.number,
        promise=promise,
        short_promise=short_promise,
        wanted=presenters.wanted_text(order),
        reason=_reason(order),
        link=urljoin(settings.SHOP_ORIGIN, order_url(order)),
        total=format_amount(order.total or ZERO),
        payment=presenters.payment_text(order),
        is_by_card=order.is_by_card,
        **_refund_texts(notification),
        **more,
    )
    return render_message(NotificationKind(notification.kind), NotificationChannel(notification.channel), context)


def _reason(order: Order) -> str:
    """Return why an order was cancelled; blank: it was not."""
    if order.status != OrderStatus.CANCELLED:
        return ""
    return _one_line(presenters.status_message(order), MAX_REASON_LENGTH)


def _refund_texts(notification: Notification) -> dict[str, Any]:
    """Return the amount of an event's refund, and why a payment is sent back, as far as the event has them."""
    try:
        domain_event = domain_events.load(notification.event)
    except domain_events.EventUnreadable:
        return {}
    match domain_event:
        case OrderRefundRequested(amount=amount, reason=reason):
            return {"refund": format_amount(amount), "refund_reason": str(reason.label)}
        case OrderRefunded(amount=amount):
            return {"refund": format_amount(amount)}
    return {}


def _greeting(name: str, channel: NotificationChannel) -> str:
    is_repeated = _NAME_IN_SMS.fullmatch(name) if channel == NotificationChannel.SMS else not _NOT_IN_EMAIL.search(name)
    if not is_repeated:
        return _("Hi!")
    return _("Hi %(name)s!") % {"name": _one_line(name, MAX_NAME_LENGTH) or _("there")}


def _pickup_address(order: Order, shop: ShopSnapshot) -> str:
    is_pickup = order.method == FulfillmentMethod.PICKUP
    return shop.address if is_pickup and len(shop.address) <= MAX_ADDRESS_LENGTH else ""


def _recipient_address(channel: NotificationChannel, contact: OrderContact) -> str:
    match channel:
        case NotificationChannel.EMAIL:
            return contact.email
        case NotificationChannel.SMS:
            return str(contact.phone) if contact.phone and contact.phone.is_valid() else ""
        case NotificationChannel.IN_APP:
            return ""


def _promise_at_event(notification: Notification) -> tuple[datetime | None, datetime | None]:
    try:
        promised: Any = domain_events.load(notification.event)
    except domain_events.EventUnreadable:
        promised = notification.order
    return getattr(promised, "promise_from", None), getattr(promised, "promise_until", None)


def _promise_texts(order: Order, promise_from: datetime | None, promise_until: datetime | None) -> tuple[str, str]:
    """Return the promise in words, and short for an SMS; both blank if there is none."""
    if promise_from is None or promise_until is None:
        return "", ""
    assert order.placed_at, "placed orders only"
    until = clock.wall_clock(promise_until)
    times = {"from": clock.day_and_time(promise_from, at=order.placed_at), "until": until}
    short = f"{clock.weekday_and_time(promise_from, at=order.placed_at)}-{until}"
    if order.method == FulfillmentMethod.DELIVERY:
        return _("with you between %(from)s and %(until)s") % times, short
    return _("ready between %(from)s and %(until)s") % times, short


def _one_line(typed: str, limit: int) -> str:
    line = " ".join(typed.split())
    return line if len(line) <= limit else f"{line[: limit - 3].rstrip()}..."
