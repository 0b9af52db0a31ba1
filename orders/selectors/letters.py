"""
Letters: what a notice says, and to whom. Written afresh each time, from the order and its contact as they are then.

Whatever somebody typed goes in as one line and cut to a length; it is escaped where it becomes HTML, and never made
a link.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from kitchen.models import FulfillmentMethod
from orders import presenters
from orders.channels import Letter
from orders.models import Notice, NoticeKind, NotificationChannel, Order, OrderContact, OrderStatus
from orders.selectors.order import lines_of, order_url
from orders.selectors.stationery import Particulars, Written, write
from pizzeria.foundation import clock
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.money import ZERO, format_amount

LONGEST_NAME = 40
LONGEST_REASON = 300
LONGEST_REASON_IN_AN_SMS = 90


def letter_of(notice: Notice) -> Letter | None:
    """
    Write the e-mail or SMS of a notice; None when the contact has no such address (any more).

    It promises what the order promises now, also when it was late itself.
    """
    order = notice.order
    to = _address_for(NotificationChannel(notice.channel), order.contact)
    if not to:
        return None
    lines = tuple(lines_of(order)) if notice.channel == NotificationChannel.EMAIL else ()
    paper = _write(notice, order.promise_from, order.promise_until, lines=lines)
    return Letter(id=f"notice-{notice.pk}", to=to, subject=paper.headline, text=paper.text, html=paper.html)


def line_of(notice: Notice) -> Written:
    """Word a notice for the page, with the promise of that moment. Its event, order and contact come with it."""
    return _write(notice, *_promised_then(notice))


def _write(notice: Notice, since: datetime | None, until: datetime | None, **more: Any) -> Written:
    order = notice.order
    assert order.number, "placed orders only"
    most = LONGEST_REASON_IN_AN_SMS if notice.channel == NotificationChannel.SMS else LONGEST_REASON
    particulars = Particulars(
        shop=settings.SHOP_NAME,
        name=_one_line(order.contact.name, LONGEST_NAME) or _("there"),
        number=order.number,
        when=_when(order, since, until),
        why=_one_line(presenters.order_sentence(order), most) if order.status == OrderStatus.CANCELLED else "",
        link=urljoin(settings.SHOP_ORIGIN, order_url(order)),
        total=format_amount(order.total or ZERO),
        payment=presenters.payment_text(order),
        **more,
    )
    return write(NoticeKind(notice.kind), NotificationChannel(notice.channel), particulars)


def _address_for(channel: NotificationChannel, contact: OrderContact) -> str:
    if channel == NotificationChannel.EMAIL:
        return contact.email
    return str(contact.phone) if contact.phone and contact.phone.is_valid() else ""


def _promised_then(notice: Notice) -> tuple[datetime | None, datetime | None]:
    try:
        promised: Any = domain_events.load(notice.event)
    except LookupError:  # written by a newer release than this one
        promised = notice.order
    return getattr(promised, "promise_from", None), getattr(promised, "promise_until", None)


def _when(order: Order, since: datetime | None, until: datetime | None) -> str:
    if since is None or until is None:
        return ""
    times = {"from": clock.wall_clock(since), "until": clock.wall_clock(until)}
    if order.method == FulfillmentMethod.DELIVERY:
        return _("with you between %(from)s and %(until)s") % times
    return _("ready between %(from)s and %(until)s") % times


def _one_line(typed: str, most: int) -> str:
    line = " ".join(typed.split())
    return line if len(line) <= most else f"{line[: most - 3].rstrip()}..."
