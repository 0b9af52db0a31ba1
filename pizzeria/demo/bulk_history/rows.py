"""The rows of past orders, as lines of COPY; events and receipts wait for their day, to be in the order of time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.conf import settings

from kitchen import undo
from kitchen.models import Kitchen
from orders.models import Order, PaymentMethod
from orders.payments.gateways.registry import CARD_GATEWAY
from pizzeria.demo.bulk_history import tables
from pizzeria.demo.bulk_history.baskets import PricedOrder
from pizzeria.demo.bulk_history.copy_text import NULL, guest_token, json_text, moment, moment_text, ref_at
from pizzeria.demo.bulk_history.courses import Course
from pizzeria.demo.bulk_history.events import REFUND_SECONDS, Hands, Refs, log_of
from pizzeria.demo.bulk_history.guests import Guest
from pizzeria.demo.bulk_history.refunds import PartialRefund, credit_note_text
from pizzeria.demo.bulk_history.tables import TABLES, Table
from pizzeria.demo.bulk_history.tickets import last_steps
from pizzeria.foundation import clock
from pizzeria.foundation.shop.selectors import ShopSnapshot

type Ids = dict[Table, Iterator[int]]
type Timed = tuple[int, int, str]  # moment, place among those of the same moment, line without what is given on its day
NO_AMOUNT = "0.00"
SEQS = 1000  # more than an order has events


@dataclass(frozen=True, slots=True)
class PastOrder:
    """
    One order of the past.

    :ivar refund: what a manager has refunded; None: nothing, or a cancelled order's whole total
    """

    number: int
    day: date
    guest: Guest
    priced: PricedOrder
    course: Course
    hands: Hands
    refund: PartialRefund | None

    @property
    def method(self) -> str:
        return "delivery" if self.priced.delivery else "pickup"

    @property
    def refunded(self) -> str:
        """Return the amount that was refunded."""
        if self.course.refunded_at is None:
            return NO_AMOUNT
        return str(self.refund.amount) if self.refund else self.priced.total_text

    @property
    def paid(self) -> str:
        """Return the amount that was captured, or taken in cash."""
        is_paid = self.course.delivered_at is not None or self.course.captured_at is not None
        return self.priced.total_text if is_paid else NO_AMOUNT


class Rows:
    """
    The lines to be copied, by table; `take` empties them.

    :param rng: for refs and tokens: not the seeded one, because they are unique

    :ivar coupon_uses: the uses of each coupon by orders that are not cancelled, by its id
    """

    def __init__(
        self, *, kitchen: Kitchen, shop: ShopSnapshot, ids: Ids, last_receipts: dict[int, int], rng: Random
    ) -> None:
        self._kitchen, self._kitchen_ref, self._shop = kitchen.pk, str(kitchen.ref), shop
        self._ids, self._rng = ids, rng
        self._lines: dict[Table, list[str]] = {table: [] for table in TABLES}
        self._events: dict[date, list[Timed]] = defaultdict(list)
        self._receipts: dict[date, list[Timed]] = defaultdict(list)
        self.last_receipts = last_receipts
        self.coupon_uses: dict[int, int] = defaultdict(int)
        self.count, self._orders = 0, 0
        seller = {"shop_name": shop.name, "shop_address": shop.address}
        self._seller = json_text(seller)[:-1]
        self._final_after = int((undo.final_from(moment(0)) - moment(0)).total_seconds()) + 1

    def add(self, order: PastOrder) -> None:
        """Add all rows of an order."""
        self._orders += 1
        pk, at, day = next(self._ids[tables.ORDERS]), order.course.placed_at, f"{order.day:%Y-%m-%d}"
        ref, attempt = ref_at(at, self._rng), ref_at(at, self._rng)
        refs = Refs(ref, self._kitchen_ref, order.number, day, attempt, self._refund_ref(order))
        seq = self._add_events(order, refs)
        self._add_order(order, pk, refs, seq=seq)
        self._add_lines(order.priced, pk)
        self._add_contact(order, pk)
        self._add_ticket(order, refs)
        self._add_coupon_use(order, pk)
        self._add_payment(order, pk, refs)

    def end_day(self, day: date) -> None:
        """Number the receipts and events of a day, in the order of their times, and move them to the lines."""
        events, outbox, event_ids = self._lines[tables.EVENTS], self._lines[tables.OUTBOX], self._ids[tables.EVENTS]
        for at, _place, line in sorted(self._events.pop(day, [])):
            pk, time = next(event_ids), moment_text(at)
            events.append(f"{pk}\t{line}\n")
            outbox.append(f"{pk}\t0\t{time}\t{time}\n")
        for _at, _place, line in sorted(self._receipts.pop(day, [])):
            number = self.last_receipts[day.year] = self.last_receipts.get(day.year, 0) + 1
            self._lines[tables.RECEIPTS].append(f"{line}\t{day.year}\t{number}\n")

    def days_left(self) -> list[date]:
        """Return the days that have events or receipts, and were not ended yet."""
        return sorted(self._events.keys() | self._receipts.keys())

    def take(self) -> dict[Table, str]:
        """Return the lines of each table that has any, and forget them."""
        taken = {table: "".join(lines) for table, lines in self._lines.items() if lines}
        self.count += sum(len(lines) for lines in self._lines.values())
        for lines in self._lines.values():
            lines.clear()
        return taken

    def _refund_ref(self, order: PastOrder) -> str:
        refunded_at = order.course.refunded_at
        return "" if refunded_at is None else ref_at(refunded_at - REFUND_SECONDS, self._rng)

    def _add_events(self, order: PastOrder, refs: Refs) -> int:
        rows = log_of(
            order.course, order.priced, guest=order.guest, hands=order.hands, refs=refs, refunded=order.refunded
        ).rows
        refunded_at, place = order.course.refunded_at, self._orders * SEQS
        for seq, (type_, data, by, at) in enumerate(rows, start=1):
            line = f"{Order.stream}\t{refs.order}\t{seq}\t{type_}\t{data}\t{by}\t{moment_text(at)}"
            is_later = refunded_at is not None and at >= refunded_at - REFUND_SECONDS
            day = clock.business_date(moment(at)) if is_later else order.day
            self._events[day].append((at, place + seq, line))
        return len(rows)

    def _add_order(self, order: PastOrder, pk: int, refs: Refs, *, seq: int) -> None:
        course, hands = order.course, order.hands
        promise = course.promise if course.promised_anew_at is None else course.new_promise
        left_at = course.left_again_at or (None if course.returned_at else course.left_at)
        times = (course.confirmed_at, course.started_at, course.ready_at, left_at)
        ends = (course.delivered_at, course.cancelled_at)
        self._lines[tables.ORDERS].append(
            f"{pk}\t{refs.order}\t{seq}\t{self._kitchen}\t{order.guest.customer or NULL}\t{order.method}\t"
            f"{'delivered' if course.delivered_at else 'cancelled'}\t{order.number}\t{refs.business_date}\t"
            f"{moment_text(course.placed_at)}\t{moment_text(promise[0])}\t{moment_text(promise[1])}\t"
            f"{order.priced.amounts}\t{course.method}\t{_payment_status(order)}\t{course.failure or ''}\t{order.paid}\t"
            f"{order.refunded}\t{order.refunded}\t{hands.driver if course.claimed_at else NULL}\t"
            f"{course.cancel_reason or ''}\t"
            + "\t".join(NULL if each is None else moment_text(each) for each in (*times, *ends))
            + "\n"
        )

    def _add_lines(self, priced: PricedOrder, pk: int) -> None:
        for line, parts in priced.basket.lines:
            line_pk = next(self._ids[tables.LINES])
            self._lines[tables.LINES].append(f"{line_pk}\t{pk}\t{line}\n")
            self._lines[tables.PARTS].extend(f"{line_pk}\t{part}\n" for part in parts)
        self._lines[tables.ADJUSTMENTS].extend(f"{pk}\t{adjustment}\n" for adjustment in priced.adjustments)

    def _add_contact(self, order: PastOrder, pk: int) -> None:
        guest = order.guest
        contact = guest.delivery if order.priced.delivery else guest.pickup
        token = "" if guest.customer else guest_token(self._rng)
        self._lines[tables.CONTACTS].append(f"{pk}\t{contact}\t{guest.wishes}\t\t{token}\t\n")

    def _add_ticket(self, order: PastOrder, refs: Refs) -> None:
        course, basket, delivery = order.course, order.priced.basket, order.priced.delivery
        last, before = last_steps(course, order.hands)
        driving = delivery.driving_minutes if delivery else None
        self._lines[tables.TICKETS].append(
            f"{self._kitchen}\t{refs.order}\t#{order.number}\t{refs.business_date}\t{order.method}\t"
            f"{NULL if driving is None else driving}\t{basket.items}\t{order.guest.wishes}\t{basket.minutes}\t"
            f"{basket.pizzas}\t{last.state}\t{moment_text(last.since)}\t{last.by}\t"
            f"{before.state}\t{moment_text(before.since)}\t{before.by}\t{moment_text(course.due_at)}\t"
            f"{NULL if course.started_at is None else moment_text(course.started_at)}\n"
        )

    def _add_coupon_use(self, order: PastOrder, pk: int) -> None:
        coupon, cancelled_at = order.priced.coupon, order.course.cancelled_at
        if coupon is None:
            return
        self.coupon_uses[coupon.pk] += cancelled_at is None
        given_back = NULL if cancelled_at is None else moment_text(cancelled_at)
        self._lines[tables.COUPON_USES].append(f"{coupon.pk}\t{pk}\t{given_back}\n")

    def _add_payment(self, order: PastOrder, pk: int, refs: Refs) -> None:
        course = order.course
        is_cash = course.method == PaymentMethod.CASH
        if is_cash and course.delivered_at is None:
            return
        attempt = next(self._ids[tables.ATTEMPTS])
        self._lines[tables.ATTEMPTS].append(
            f"{attempt}\t{refs.attempt}\t{pk}\t" + (self._cash(order) if is_cash else self._card(order, refs))
        )
        paid_at = course.delivered_at if is_cash else course.captured_at
        if paid_at is not None:
            self._add_receipt(order, pk, attempt, refs, paid_at=paid_at)

    def _cash(self, order: PastOrder) -> str:
        course, currency, total = order.course, settings.SHOP_CURRENCY, order.priced.total_text
        assert course.delivered_at is not None, "paid when it was handed over"
        at, by = moment_text(course.delivered_at), order.hands.driver if order.priced.delivery else order.hands.finisher
        return (
            f"cash\tcash\t{total}\t{currency}\tpaid\t\t{ref_at(course.delivered_at, self._rng)}\t\t\t\t{at}\t{at}\t"
            f"{NULL}\t{at}\t0\t\t{total}\t{currency}\t{at}\t{by}\t{order.refunded}\n"
        )

    def _card(self, order: PastOrder, refs: Refs) -> str:
        course, currency, total = order.course, settings.SHOP_CURRENCY, order.priced.total_text
        created, key = course.placed_at, ref_at(course.placed_at, self._rng)
        ends = moment_text(created + 60 * settings.SHOP_PAYMENT_MINUTES)
        captured_at, name = course.captured_at, refs.attempt.replace("-", "")
        is_paid = captured_at is not None
        return (
            f"{CARD_GATEWAY}\t{course.method}\t{total}\t{currency}\t{'paid' if is_paid else 'failed'}\t"
            f"{course.failure or ''}\t{key}\tcs_past_{name}\t{f'pi_past_{name}' if is_paid else ''}\t\t"
            f"{moment_text(created)}\t{ends}\t{moment_text(created + 1)}\t{ends}\t0\t\t{order.paid}\t"
            f"{currency if is_paid else ''}\t{NULL if captured_at is None else moment_text(captured_at)}\t\t"
            f"{order.refunded}\n"
        )

    def _add_receipt(self, order: PastOrder, pk: int, attempt: int, refs: Refs, *, paid_at: int) -> None:
        course, priced = order.course, order.priced
        issued_at = paid_at if course.method != PaymentMethod.CASH else paid_at + self._final_after
        receipt = next(self._ids[tables.RECEIPTS])
        content = (
            f'{self._seller}, "order_number": {order.number}, "order_date": "{refs.business_date}", '
            f'"payment_method": "{course.method}", "paid_at": "{moment_text(paid_at)}", {priced.receipt}'
        )
        owner = f"{self._kitchen}\treceipt\t{pk}\t{attempt}\t{NULL}\t{NULL}"
        self._issue(receipt, owner, priced.total_text, content, at=issued_at, day=order.day)
        if course.refunded_at is not None:
            self._add_refund(order, pk, attempt, receipt, refs, refunded_at=course.refunded_at, paid_at=paid_at)

    def _add_refund(
        self, order: PastOrder, pk: int, attempt: int, receipt: int, refs: Refs, *, refunded_at: int, paid_at: int
    ) -> None:
        requested, done, course = moment_text(refunded_at - REFUND_SECONDS), moment_text(refunded_at), order.course
        refund, is_part = next(self._ids[tables.REFUNDS]), order.refund is not None
        by, reason = (order.hands.manager, "goodwill") if is_part else (order.hands.canceller, "cancelled")
        gateways = "" if course.method == PaymentMethod.CASH else f"re_past_{refs.refund.replace('-', '')}"
        self._lines[tables.REFUNDS].append(
            f"{refund}\t{refs.refund}\t{attempt}\t{order.refunded}\t{reason}\tdone\t{by}\t"
            f"{ref_at(refunded_at, self._rng)}\t{gateways}\t{requested}\t{requested}\t{done}\t1\t\n"
        )
        if order.refund:
            items = json_text(order.refund.items.model_dump(mode="json"))
            self._lines[tables.REFUND_REQUESTS].append(
                f"{refs.refund}\t{pk}\t{items}\t{order.refunded}\t{order.refund.reason}\t\tapproved\tf\t{by}\t"
                f"{requested}\t{by}\t{requested}\n"
            )
        content = credit_note_text(
            order.priced,
            order.refund,
            number=order.number,
            day=order.day,
            method=course.method,
            paid_at=paid_at,
            refunded_at=refunded_at,
            shop=self._shop,
        )
        owner = f"{self._kitchen}\tcredit_note\t{pk}\t{NULL}\t{refund}\t{receipt}"
        day = clock.business_date(moment(refunded_at)) if is_part else order.day
        self._issue(next(self._ids[tables.RECEIPTS]), owner, order.refunded, content, at=refunded_at, day=day)

    def _issue(self, pk: int, owner: str, total: str, content: str, *, at: int, day: date) -> None:
        line = (
            f"{pk}\t{ref_at(at, self._rng)}\t{owner}\t{settings.SHOP_CURRENCY}\t{total}\t{content}\t{moment_text(at)}\t"
            f"{day:%Y-%m-%d}"
        )
        self._receipts[day].append((at, self._orders * SEQS, line))
        self._lines[tables.PDFS].append(f"{pk}\t0\t\n")


def _payment_status(order: PastOrder) -> str:
    if order.course.failed_at is not None:
        return "failed"
    if order.paid == NO_AMOUNT:
        return "due"
    if order.refunded == NO_AMOUNT:
        return "paid"
    return "refunded" if order.refunded == order.priced.total_text else "partly_refunded"
