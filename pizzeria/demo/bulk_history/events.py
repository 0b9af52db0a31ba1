"""The events of one past order, as the log has them."""

from dataclasses import dataclass, field

from orders import events as order_events
from orders.models import Order, PaymentMethod
from pizzeria.demo.bulk_history.baskets import PricedOrder
from pizzeria.demo.bulk_history.copy_text import moment_text
from pizzeria.demo.bulk_history.courses import Course, Slip
from pizzeria.demo.bulk_history.guests import Guest
from pizzeria.foundation.events.domain_events import DomainEvent

UNDONE_AFTER, RECALLED_AFTER = 6, 25  # seconds
SYSTEM = "system"
REFUND_SECONDS = 9  # from the request to the gateway's answer


@dataclass(slots=True)
class Log:
    """
    The events of one order, in their sequence: type, data as JSON, actor and time of each.

    The types are those of the classes in `orders.events`; the data are as these classes dump them.
    """

    rows: list[tuple[str, str, str, int]] = field(default_factory=list)

    def add(self, event: type[DomainEvent[Order]], data: str, *, by: str, at: int) -> None:
        self.rows.append((event.type, data, by, at))


@dataclass(frozen=True, slots=True)
class Hands:
    """
    Through whose hands an order goes, as stored events have them.

    :ivar canceller: who cancels it, if it is cancelled
    """

    cook: str
    finisher: str
    driver: int
    manager: str
    canceller: str


@dataclass(frozen=True, slots=True)
class Refs:
    """The refs of what one order has, and its number."""

    order: str
    kitchen: str
    number: int
    business_date: str
    attempt: str
    refund: str


def log_of(course: Course, priced: PricedOrder, *, guest: Guest, hands: Hands, refs: Refs, refunded: str) -> Log:
    """
    Return the events of an order until it is handed over or cancelled, and its refund if there is one.

    :param refunded: the amount of the refund
    """
    log = Log()
    _place(log, course, priced, guest=guest, refs=refs)
    if course.failed_at is None:
        _cook(log, course, hands)
        if course.claimed_at is not None:
            _drive(log, course, hands)
    _end(log, course, priced, hands=hands)
    _refund(log, course, hands=hands, refs=refs, refunded=refunded)
    return log


def _place(log: Log, course: Course, priced: PricedOrder, *, guest: Guest, refs: Refs) -> None:
    at, method = course.placed_at, "delivery" if priced.delivery else "pickup"
    promise = _promise(course.promise)
    customer = f'"{guest.customer_ref}"' if guest.customer_ref else "null"
    log.add(
        order_events.OrderPlaced,
        f'{{"kitchen": "{refs.kitchen}", "customer": {customer}, "number": {refs.number}, '
        f'"business_date": "{refs.business_date}", "method": "{method}", {promise}, '
        f'"payment_method": "{course.method}", "wanted_at": null, {priced.placed}',
        by=guest.actor,
        at=at,
    )
    confirmed = f'{{"payment_method": "{course.method}", "payment": "%s", {promise}}}'
    if course.method == PaymentMethod.CASH:
        log.add(order_events.OrderConfirmed, confirmed % "due", by=guest.actor, at=at)
    elif course.captured_at is not None:
        captured = f'{{"attempt": "{refs.attempt}", "amount": "{priced.total_text}"}}'
        log.add(order_events.OrderPaymentCaptured, captured, by=SYSTEM, at=course.captured_at)
        log.add(order_events.OrderConfirmed, confirmed % "paid", by=SYSTEM, at=course.captured_at)
    elif course.failed_at is not None:
        failed = f'{{"attempt": "{refs.attempt}", "reason": "{course.failure}"}}'
        log.add(order_events.OrderPaymentFailed, failed, by=SYSTEM, at=course.failed_at)


def _cook(log: Log, course: Course, hands: Hands) -> None:
    if course.started_at is None or course.ready_at is None:
        return
    log.add(order_events.OrderCookingStarted, f'{{"staff": {hands.cook}}}', by=hands.cook, at=course.started_at)
    if course.promised_anew_at is not None:
        promise = f"{{{_promise(course.new_promise)}}}"
        log.add(order_events.OrderPromiseChanged, promise, by=SYSTEM, at=course.promised_anew_at)
    if course.slip:
        log.add(order_events.OrderReady, "{}", by=hands.finisher, at=course.slipped_at)
    if course.slip is Slip.READY_UNDONE:
        started = moment_text(course.started_at)
        undone = (
            f'{{"undone": "{order_events.OrderReady.type}", "seq": {len(log.rows)}, "status": "cooking", '
            f'"cooking_started_at": "{started}", "cash_returned": "0.00"}}'
        )
        log.add(order_events.OrderStepUndone, undone, by=hands.finisher, at=course.slipped_at + UNDONE_AFTER)
    if course.slip is Slip.RECALLED:
        at = course.slipped_at + RECALLED_AFTER
        log.add(order_events.OrderRecalled, '{"to": "cooking"}', by=hands.finisher, at=at)
    log.add(order_events.OrderReady, "{}", by=hands.finisher, at=course.ready_at)


def _drive(log: Log, course: Course, hands: Hands) -> None:
    assert course.claimed_at and course.left_at, "a driver has claimed it, and left"
    driver, by = f'{{"driver": {hands.driver}}}', str(hands.driver)
    log.add(order_events.OrderDriverAssigned, driver, by=by, at=course.claimed_at)
    log.add(order_events.OrderOutForDelivery, driver, by=by, at=course.left_at)
    if course.returned_at is not None:
        failed = f'{{"driver": {hands.driver}, "reason": "{course.return_reason}"}}'
        log.add(order_events.OrderDeliveryFailed, failed, by=by, at=course.returned_at)
    if course.left_again_at is not None:
        log.add(order_events.OrderOutForDelivery, driver, by=by, at=course.left_again_at)


def _end(log: Log, course: Course, priced: PricedOrder, *, hands: Hands) -> None:
    if course.delivered_at is not None:
        cash = priced.total_text if course.method == PaymentMethod.CASH else "0.00"
        method = "delivery" if priced.delivery else "pickup"
        by = str(hands.driver) if priced.delivery else hands.finisher
        delivered = f'{{"method": "{method}", "cash_taken": "{cash}"}}'
        log.add(order_events.OrderDelivered, delivered, by=by, at=course.delivered_at)
    if course.cancelled_at is not None:
        cancelled = f'{{"reason": "{course.cancel_reason}"}}'
        log.add(order_events.OrderCancelled, cancelled, by=hands.canceller, at=course.cancelled_at)


def _refund(log: Log, course: Course, *, hands: Hands, refs: Refs, refunded: str) -> None:
    if course.refunded_at is None:
        return
    is_cancelled = course.cancelled_at is not None
    reason, by = ("cancelled", hands.canceller) if is_cancelled else ("goodwill", hands.manager)
    members = f'"refund": "{refs.refund}", "amount": "{refunded}"'
    at = course.cancelled_at if is_cancelled else course.refunded_at - REFUND_SECONDS
    assert at is not None, "it was cancelled"
    log.add(order_events.OrderRefundRequested, f'{{{members}, "reason": "{reason}"}}', by=by, at=at)
    log.add(order_events.OrderRefunded, f"{{{members}}}", by=SYSTEM, at=course.refunded_at)


def _promise(promise: tuple[int, int]) -> str:
    return f'"promise_from": "{moment_text(promise[0])}", "promise_until": "{moment_text(promise[1])}"'
