"""
What needs a hand right now, for the overview of managers: each concern with the button that takes care of it.

What the actor may not see is not queried. The number of queries does not depend on how much there is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Kitchen
from kitchen.permissions import PAUSE, SEE_BOARD
from menu.permissions import MARK_SOLD_OUT
from menu.sold_out import sold_out_list
from orders.models import Order, OrderStatus
from orders.notifications.models import Notification, NotificationState
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.notifications.webhooks.models import DeliveryState, WebhookDelivery
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from orders.payments.models import (
    AttemptState,
    PaymentAttempt,
    ReconciliationFinding,
    ReconciliationRun,
    Refund,
    RefundRequest,
    RefundState,
)
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.permissions import RELAY_EVENTS
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.shop.selectors import current_shop

MAX_ROWS = 50  # of one group; the page it links to has them all
MAX_AT_ONCE = 5  # the others are shown once they are asked for
MAX_ALERTS = 10
LOOKUPS_OF_STUCK_PAYMENT = 3  # failed ones in a row
STUCK_REFUND_AFTER = timedelta(hours=1)
UNSENT_FOR = timedelta(days=1)  # older messages are of no use to anybody any more


@dataclass(frozen=True, slots=True)
class Button:
    """
    What is done about a concern.

    :ivar fields: what the form sends along; None: a link to the page where it is done
    """

    label: str
    url: str
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """
    One thing that needs a hand.

    :ivar id: the same whenever the page is refreshed
    """

    id: str
    text: str
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class ConcernGroup:
    """
    Concerns of one kind, the oldest first.

    :ivar is_urgent: a guest waits, or money does
    :ivar more: the link to the others; None: these are all
    """

    id: str
    title: str
    concerns: Sequence[Concern]
    is_urgent: bool = False
    more: Button | None = None

    @property
    def first(self) -> Sequence[Concern]:
        """Return the concerns that are seen at once."""
        return self.concerns[:MAX_AT_ONCE]

    @property
    def others(self) -> Sequence[Concern]:
        return self.concerns[MAX_AT_ONCE:]


@dataclass(frozen=True, slots=True)
class _Orders:
    """Those of the open orders that wait, by what they wait for."""

    waiting: list[Order] = field(default_factory=list)
    late: list[Order] = field(default_factory=list)
    without_driver: list[Order] = field(default_factory=list)


def concerns(*, by: Actor, at: datetime) -> list[ConcernGroup]:
    """Return what needs a hand of the actor, the most urgent first; groups without a concern are left out."""
    finders: list[tuple[bool, Callable[[Actor, datetime], Iterable[ConcernGroup]]]] = [
        (by.may(SEE_BOARD), _kitchen),
        (by.may(SEE_ALL_ORDERS), _orders),
        (by.may(SEE_PAYMENTS), _payments),
        (by.may(RELAY_EVENTS), _dead_letters),
        (by.may(RESEND_NOTIFICATIONS), _notifications),
        (by.may(MANAGE_WEBHOOKS), _webhooks),
        (by.may(ACKNOWLEDGE_ALERTS), _alerts),
        (by.may(MARK_SOLD_OUT), _sold_out),
    ]
    groups = [group for is_allowed, find in finders if is_allowed for group in find(by, at) if group.concerns]
    return sorted(groups, key=lambda group: not group.is_urgent)  # else in the order above


def _kitchen(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    try:
        kitchen = kitchen_selectors.the_kitchen()
    except Kitchen.DoesNotExist:  # before the shop is set up
        return
    board = kitchen_selectors.board(kitchen, at=at)
    settings_page = reverse("admin:kitchen_kitchen_changelist")
    found = []
    if board.closed_reason:
        until = clock.until(board.closed_until, at=at) if board.closed_until else _("until further notice")
        button = Button(_("Resume"), reverse("admin:resume_kitchen"), {}) if by.may(PAUSE) else None
        text = _("No orders are accepted %(until)s: %(reason)s") % {"until": until, "reason": board.closed_reason}
        found.append(Concern("kitchen-paused", text, button))
    load = {"orders": board.load.orders, "max": board.max_orders}
    if board.load.orders >= board.max_orders:
        text = _("The kitchen is full: %(orders)d of %(max)d orders are open.") % load
        found.append(Concern("kitchen-full", text, Button(_("Change the capacity"), settings_page)))
    elif board.max_pizzas is not None and board.load.pizzas >= board.max_pizzas:
        load = {"pizzas": board.load.pizzas, "max": board.max_pizzas}
        text = _("The kitchen is full: %(pizzas)d of %(max)d pizzas are open.") % load
        found.append(Concern("kitchen-full", text, Button(_("Change the capacity"), settings_page)))
    yield ConcernGroup("kitchen", _("Kitchen"), found, is_urgent=True)


def _orders(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    found = _open_orders(at)
    yield _order_group("waiting", _("Waiting too long"), found.waiting, lambda order: _waiting_text(order, at))
    yield _order_group("late", _("Later than promised"), found.late, lambda order: _late_text(order, at))
    text = _("%(order)s is ready since %(time)s and has no driver.")
    yield _order_group(
        "drivers",
        _("No driver yet"),
        found.without_driver,
        lambda order: text % {"order": _name(order, at), "time": _time(order.ready_at, at)},
        label=_("Assign"),
    )


def _open_orders(at: datetime) -> _Orders:
    """Return the orders that wait. Each is in one list: one without a driver waits for nothing else. One query."""
    found, threshold = _Orders(), at - timedelta(minutes=current_shop().waiting_minutes)
    has_slipped = Q(promise_until__lt=at)
    waits_for_start = Q(status=OrderStatus.CONFIRMED, confirmed_at__lte=threshold)
    waits_for_taking = Q(status=OrderStatus.READY, ready_at__lte=threshold)
    needs_driver = Q(status=OrderStatus.READY, method=FulfillmentMethod.DELIVERY, driver=None)
    orders = Order.objects.filter(
        has_slipped | waits_for_start | waits_for_taking | needs_driver, status__in=_IN_THE_SHOP_OR_ON_THE_WAY
    ).only(
        "number",
        "business_date",
        "status",
        "method",
        "driver_id",
        "confirmed_at",
        "ready_at",
        "promise_until",
    )
    for order in orders.order_by("pk")[: 3 * MAX_ROWS]:
        began = {OrderStatus.CONFIRMED: order.confirmed_at, OrderStatus.READY: order.ready_at}.get(
            OrderStatus(order.status)
        )
        is_delivery = order.method == FulfillmentMethod.DELIVERY
        if order.status == OrderStatus.READY and is_delivery and order.driver_id is None:
            found.without_driver.append(order)
        elif began is not None and began <= threshold:
            found.waiting.append(order)
        else:
            found.late.append(order)
    return found


_IN_THE_SHOP_OR_ON_THE_WAY = (
    OrderStatus.CONFIRMED,
    OrderStatus.COOKING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)


def _order_group(
    name: str, title: str, orders: Sequence[Order], text_of: Callable[[Order], str], *, label: str = ""
) -> ConcernGroup:
    shown = [
        Concern(
            f"{name}-{order.pk}",
            text_of(order),
            Button(label or _("Open"), reverse("admin:orders_order_change", args=[order.pk])),
        )
        for order in orders[:MAX_ROWS]
    ]
    page = reverse("admin:orders_order_changelist", query={"status": "open"})
    more = Button(_("All open orders"), page) if len(orders) > MAX_ROWS else None
    return ConcernGroup(name, title, shown, is_urgent=True, more=more)


def _waiting_text(order: Order, at: datetime) -> str:
    is_ready = order.status == OrderStatus.READY
    began = order.ready_at if is_ready else order.confirmed_at
    values = {"order": _name(order, at), "time": _time(began, at)}
    if not is_ready:
        return _("%(order)s was confirmed at %(time)s and is not started.") % values
    if order.method == FulfillmentMethod.DELIVERY:
        return _("%(order)s is ready since %(time)s and not on its way.") % values
    return _("%(order)s is ready since %(time)s and not picked up.") % values


def _late_text(order: Order, at: datetime) -> str:
    text = _("%(order)s was promised until %(time)s and is %(status)s.")
    return text % {
        "order": _name(order, at),
        "time": _time(order.promise_until, at),
        "status": OrderStatus(order.status).label,
    }


def _name(order: Order, at: datetime) -> str:
    day = clock.other_day(order.business_date, at=at) if order.business_date else ""
    return _("#%(number)d of %(day)s") % {"number": order.number, "day": day} if day else f"#{order.number}"


def _time(moment: datetime | None, at: datetime) -> str:
    return clock.day_and_time(moment, at=at) if moment else "–"


def _payments(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    attempts = PaymentAttempt.objects.filter(state=AttemptState.OPEN, lookups__gte=LOOKUPS_OF_STUCK_PAYMENT)
    refunds = Refund.objects.filter(
        Q(state=RefundState.FAILED)
        | Q(state__in=(RefundState.REQUESTED, RefundState.PENDING), created_at__lte=at - STUCK_REFUND_AFTER)
    )
    stuck = [
        Concern(
            f"payment-{attempt.pk}",
            _("The payment of %(amount)s for %(order)s cannot be read at the gateway.")
            % {"amount": format_amount(attempt.amount), "order": _name(attempt.order, at)},
            Button(_("Open"), reverse("admin:payments_paymentattempt_change", args=[attempt.pk])),
        )
        for attempt in _first(attempts.select_related("order"))
    ]
    stuck += [
        Concern(
            f"refund-{refund.pk}",
            (
                _("The refund of %(amount)s for %(order)s failed.")
                if refund.state == RefundState.FAILED
                else _("The refund of %(amount)s for %(order)s is not through yet.")
            )
            % {"amount": format_amount(refund.amount), "order": _name(refund.attempt.order, at)},
            Button(_("Open"), reverse("admin:payments_refund_change", args=[refund.pk])),
        )
        for refund in _first(refunds.select_related("attempt__order"))
    ]
    yield ConcernGroup("payments", _("Payments to look at"), stuck, is_urgent=True)
    if by.may(REFUND):
        yield _refunds_to_decide(at)
    yield _findings(at)


def _refunds_to_decide(at: datetime) -> ConcernGroup:
    requests = RefundRequest.objects.waiting().select_related("order")
    text = _("%(amount)s for %(order)s, %(reason)s")
    found = [
        Concern(
            f"request-{request.pk}",
            text
            % {
                "amount": format_amount(request.amount),
                "order": _name(request.order, at),
                "reason": request.get_reason_display(),
            },
            Button(_("Decide"), reverse("admin:payments_refundrequest_change", args=[request.pk])),
        )
        for request in _first(requests)
    ]
    return ConcernGroup("requests", _("Refunds that wait for a second manager"), found, is_urgent=True)


def _findings(at: datetime) -> ConcernGroup:
    """Return what the newest reconciliation found and did not repair."""
    newest = ReconciliationRun.objects.order_by("-pk").values("pk")[:1]
    findings = ReconciliationFinding.objects.filter(run__in=newest, is_repaired=False).select_related("order")
    found = [
        Concern(
            f"finding-{finding.kind}-{finding.order_id or finding.payment_id}",
            f"{_name(finding.order, at) if finding.order else finding.payment_id}: {finding.get_kind_display()}",
            Button(_("Open"), reverse("admin:payments_reconciliationrun_change", args=[finding.run_id])),
        )
        for finding in _first(findings)
    ]
    return ConcernGroup("findings", _("Found by the reconciliation"), found, is_urgent=True)


def _dead_letters(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = OutboxEntry.objects.filter(dead_lettered_at__isnull=False, discard_reason="")
    page = reverse("admin:events_outboxentry_changelist", query={"state": "dead"})
    yield _counted_group(
        "dead-letters",
        _("Events"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext("%(count)s event was given up.", "%(count)s events were given up.", count),
        Button(_("Requeue or discard"), page),
    )


def _notifications(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = Notification.objects.filter(state=NotificationState.DEAD, created_at__gte=at - UNSENT_FOR)
    page = reverse("admin:notifications_notification_changelist", query={"state__exact": NotificationState.DEAD})
    yield _counted_group(
        "notifications",
        _("Messages"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext(
            "%(count)s message to a guest was given up today.",
            "%(count)s messages to guests were given up today.",
            count,
        ),
        Button(_("Resend"), page),
    )


def _webhooks(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = WebhookDelivery.objects.filter(state=DeliveryState.DEAD, created_at__gte=at - UNSENT_FOR)
    page = reverse("admin:webhooks_webhookdelivery_changelist", query={"state__exact": DeliveryState.DEAD})
    yield _counted_group(
        "webhooks",
        _("Webhooks"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext(
            "%(count)s event of the last day could not be delivered to a webhook.",
            "%(count)s events of the last day could not be delivered to a webhook.",
            count,
        ),
        Button(_("Send again"), page),
    )


def _alerts(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    alerts = list(Alert.objects.open().order_by("-last_seen_at", "-pk")[: MAX_ALERTS + 1])
    text = _("%(alert)s (%(times)d×, last %(time)s)")
    found = [
        Concern(
            f"alert-{alert.pk}",
            text % {"alert": alert, "times": alert.times_seen, "time": _time(alert.last_seen_at, at)},
            Button(_("Acknowledge"), reverse("admin:acknowledge_alert"), {"alert": str(alert.pk)}),
        )
        for alert in alerts[:MAX_ALERTS]
    ]
    page = reverse("admin:alerts_alert_changelist", query={"state": "open"})
    more = Button(_("Older ones, too"), page) if len(alerts) > MAX_ALERTS else None
    yield ConcernGroup("alerts", _("Open alerts"), found, more=more)


def _sold_out(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    found = [
        Concern(
            f"sold-out-{item.kind}-{item.slug}",
            _("%(name)s %(until)s")
            % {
                "name": item.name,
                "until": clock.until(item.available_from, at=at) if item.available_from else _("until further notice"),
            },
            Button(_("Back on the menu"), reverse("admin:back_on_the_menu"), {"kind": item.kind, "slug": item.slug}),
        )
        for group in sold_out_list(at)
        for item in group.items
        if not item.is_available
    ]
    more = Button(_("All of them"), reverse("menu:sold_out")) if len(found) > MAX_ROWS else None
    yield ConcernGroup("sold-out", _("Sold out"), found[:MAX_ROWS], more=more)


def _counted_group(name: str, title: str, count: int, text_of: Callable[[int], str], button: Button) -> ConcernGroup:
    """Return a group that says how many there are, as far as they are counted."""
    if not count:
        return ConcernGroup(name, title, [])
    many = _("At least %(count)d") % {"count": count} if count >= MAX_ROWS else str(count)
    return ConcernGroup(name, title, [Concern(name, text_of(count) % {"count": many}, button)])


def _first[M: Model](rows: QuerySet[M]) -> list[M]:
    """Return the oldest rows, as many as are shown."""
    return list(rows.order_by("pk")[:MAX_ROWS])
