"""
Who is told what of an order, by which ways, and how long it is news: the one table.

The page is for customers alone, who find there what happened whenever they look. An e-mail or an SMS interrupts
somebody: it goes out while it is news, and only as long as it is true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kitchen.models import FulfillmentMethod
from orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderCookingStarted,
    OrderDelivered,
    OrderOutForDelivery,
    OrderPlaced,
    OrderPromiseChanged,
    OrderReady,
)
from orders.models import Notice, NoticeKind, NoticeState, NotificationChannel, Order, OrderStatus
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import StoredEvent

HALF_AN_HOUR, A_DAY = timedelta(minutes=30), timedelta(hours=24)

PAGE = (NotificationChannel.IN_APP,)
PAGE_AND_MAIL = (NotificationChannel.IN_APP, NotificationChannel.EMAIL)
EVERYWHERE = (NotificationChannel.IN_APP, NotificationChannel.EMAIL, NotificationChannel.SMS)


def _always(order: Order, event: StoredEvent) -> bool:
    return True


def _coming(order: Order, event: StoredEvent) -> bool:
    return order.is_active


def _still_ready(order: Order, event: StoredEvent) -> bool:
    return order.status == OrderStatus.READY and order.ready_at == event.at  # and not ready again, after a recall


def _still_out(order: Order, event: StoredEvent) -> bool:
    return order.status == OrderStatus.DELIVERING and order.out_for_delivery_at == event.at


def _still_promised(order: Order, event: StoredEvent) -> bool:
    domain_event = domain_events.load(event)
    assert isinstance(domain_event, OrderPromiseChanged)
    return order.is_active and (order.promise_from, order.promise_until) == (
        domain_event.promise_from,
        domain_event.promise_until,
    )


@dataclass(frozen=True, slots=True)
class News:
    """
    What people are told when something happened to an order.

    :param ways: by which they are told, if they can be reached by them
    :param lasts: how long an e-mail or SMS is sent after it happened
    :param of: of orders of which methods
    :param is_so: whether it is so with the order as it is now
    :param sent_when_overtaken: whether it is sent although a later message of the same order is due
    """

    kind: NoticeKind
    ways: tuple[NotificationChannel, ...]
    lasts: timedelta = A_DAY
    of: tuple[FulfillmentMethod, ...] = (FulfillmentMethod.PICKUP, FulfillmentMethod.DELIVERY)
    is_so: Callable[[Order, StoredEvent], bool] = _always
    sent_when_overtaken: bool = False


NEWS: Mapping[type[DomainEvent[Any]], News] = {
    OrderPlaced: News(NoticeKind.PLACED, PAGE),
    OrderConfirmed: News(NoticeKind.CONFIRMED, EVERYWHERE, is_so=_coming),
    OrderCookingStarted: News(NoticeKind.COOKING, PAGE),
    OrderReady: News(NoticeKind.READY, EVERYWHERE, HALF_AN_HOUR, of=(FulfillmentMethod.PICKUP,), is_so=_still_ready),
    OrderOutForDelivery: News(NoticeKind.OUT_FOR_DELIVERY, EVERYWHERE, HALF_AN_HOUR, is_so=_still_out),
    OrderDelivered: News(NoticeKind.DELIVERED, PAGE_AND_MAIL),
    OrderCancelled: News(NoticeKind.CANCELLED, EVERYWHERE, sent_when_overtaken=True),
    OrderPromiseChanged: News(NoticeKind.PROMISE_CHANGED, EVERYWHERE, HALF_AN_HOUR, is_so=_still_promised),
}


def news_of(event: StoredEvent) -> News | None:
    """Tell what people are told of an event; None: nothing."""
    return NEWS.get(type(domain_events.load(event)))


def why_no_news(notice: Notice, *, later: Iterable[Notice], at: datetime) -> str:
    """
    Return the reason for not sending a notice any more, or "" if it is to be sent.

    :param later: the notices of later events of the same order, by the same channel
    """
    news = news_of(notice.event)
    assert news is not None, "a notice is made of news"
    if why := _why_out_of_date(notice, at=at):
        return why
    if not news.sent_when_overtaken and any(_overtakes(each, at=at) for each in later):
        return "overtaken"
    return ""


def _why_out_of_date(notice: Notice, *, at: datetime) -> str:
    news = news_of(notice.event)
    assert news is not None, "a notice is made of news"
    if at - notice.news_since > news.lasts:
        return "too old"
    return "" if news.is_so(notice.order, notice.event) else "overtaken"


def _overtakes(notice: Notice, *, at: datetime) -> bool:
    """Return whether a notice was sent, or is due and will be: one that is out of date itself replaces nothing."""
    match notice.state:
        case NoticeState.SENT | NoticeState.SENDING:
            return True
        case NoticeState.QUEUED if notice.due_at > at:
            return False
        case NoticeState.QUEUED | NoticeState.FAILED:
            return not _why_out_of_date(notice, at=at)
    return False
