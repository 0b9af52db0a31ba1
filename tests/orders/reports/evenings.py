"""Random evenings for the reports: orders in every state, written by their events, in any time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as any_

from kitchen.models import FulfillmentMethod, Kitchen
from orders import events
from orders.customers.models import Customer
from orders.models import CancelReason, Order, OrderStatus, PaymentMethod, PaymentStatus, RefundReason
from orders.payments.models import AttemptState, GatewayName, PaymentAttempt, Refund, RefundState
from orders.payments.services.receipts import issue_credit_note, issue_receipt
from orders.services.order_lines import write_adjustments, write_lines
from orders.totals import Adjustment, AdjustmentKind, TaxedAmount, totals_of
from pizzeria.foundation.actor import GUEST, SYSTEM, Actor, ActorKind
from pizzeria.foundation.events.log import record
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.money import ZERO
from pizzeria.users.models import User


@dataclass(frozen=True)
class Setting:
    """Where a shop is, when its business day ends, and when the evenings begin."""

    zone: str
    day_ends: time
    begins: datetime


SETTINGS = [
    Setting("Europe/Rome", time(4, 0), datetime(2026, 11, 20, 12, 0, tzinfo=UTC)),
    Setting("Europe/Rome", time(2, 30), datetime(2026, 3, 28, 9, 0, tzinfo=UTC)),  # 02:30 does not exist on the 29th
    Setting("Europe/Rome", time(2, 30), datetime(2026, 10, 24, 9, 0, tzinfo=UTC)),  # 02:30 comes twice on the 25th
    Setting("America/New_York", time(4, 0), datetime(2026, 10, 31, 17, 0, tzinfo=UTC)),
    Setting("America/New_York", time(2, 30), datetime(2026, 3, 7, 17, 0, tzinfo=UTC)),
    Setting("Asia/Kolkata", time(4, 0), datetime(2026, 6, 30, 6, 0, tzinfo=UTC)),
    Setting("Pacific/Chatham", time(2, 30), datetime(2026, 4, 3, 20, 0, tzinfo=UTC)),
    Setting("Pacific/Chatham", time(4, 0), datetime(2026, 9, 25, 20, 0, tzinfo=UTC)),
]
NIGHTS = 3  # over which the orders are placed
SECONDS_OF_NIGHTS = NIGHTS * 24 * 3600
LATER = timedelta(days=3)  # until all refunds are done

COOKS, DRIVERS, CUSTOMERS = ("chef", "cook"), ("driver", "other driver"), ("carla", "dario", "elena")

# What an order goes through after it was placed. A card is paid before the confirmation, cash at the handover.
FATES = {
    "unpaid": (),
    "payment failed": ("cancel",),
    "waiting": ("confirm",),
    "paid twice": ("confirm", "pay again", "start", "ready", "hand over"),
    "changed their mind": ("confirm", "cancel"),
    "cooking": ("confirm", "start"),
    "start undone": ("confirm", "start", "undo start"),
    "ready": ("confirm", "start", "ready"),
    "not collected": ("confirm", "start", "ready", "cancel"),
    "recalled": ("confirm", "start", "ready", "recall"),
    "recalled and cancelled": ("confirm", "start", "ready", "recall", "cancel"),
    "finish undone": ("confirm", "start", "ready", "undo ready", "ready"),
    "handed over": ("confirm", "start", "ready", "hand over"),
    "recalled, handed over": ("confirm", "start", "ready", "recall", "ready", "hand over"),
    "handover undone": ("confirm", "start", "ready", "hand over", "undo hand over"),
    "handed over again": ("confirm", "start", "ready", "hand over", "undo hand over", "hand over"),
    "brought back": ("confirm", "start", "ready", "leave", "fail"),
    "second try": ("confirm", "start", "ready", "leave", "fail", "leave", "hand over"),
    "new promise": ("confirm", "promise", "start", "ready", "leave", "hand over"),
}


@dataclass(frozen=True)
class LinePlan:
    item: int  # of ITEMS
    size: str
    quantity: int
    toppings: frozenset[str]


@dataclass(frozen=True)
class OrderPlan:
    seconds: int  # after the evenings begin
    lines: tuple[LinePlan, ...]
    method: FulfillmentMethod
    payment_method: PaymentMethod
    fate: str
    paces: tuple[int, ...]  # seconds from step to step
    people: tuple[int, int, int]  # cook, driver, customer (or guest)
    coupon: str
    tip: Decimal
    refunds: tuple[tuple[Decimal, int], ...]  # share, and seconds after the last step
    promise_minutes: int


ITEMS = ["margherita", "pepperoni", "cola", "water"]
PRICES = {"margherita": "12.99", "pepperoni": "14.99", "cola": "3.20", "water": "1.05"}

line_plans = any_.builds(
    LinePlan,
    item=any_.integers(0, len(ITEMS) - 1),
    size=any_.sampled_from(["small", "large"]),
    quantity=any_.integers(1, 3),
    toppings=any_.frozensets(any_.sampled_from(["olives", "basil"])),
)
order_plans = any_.builds(
    OrderPlan,
    seconds=any_.integers(0, SECONDS_OF_NIGHTS),
    lines=any_.lists(line_plans, min_size=1, max_size=3).map(tuple),
    method=any_.sampled_from(FulfillmentMethod),
    payment_method=any_.sampled_from([PaymentMethod.CASH, PaymentMethod.CREDIT_CARD]),
    fate=any_.sampled_from(sorted(FATES)),
    paces=any_.lists(any_.integers(0, 5400), min_size=8, max_size=8).map(tuple),
    people=any_.tuples(any_.integers(0, 1), any_.integers(0, 1), any_.integers(0, len(CUSTOMERS))),
    coupon=any_.sampled_from(["", "FRIDAY", "LUNCH"]),
    tip=any_.sampled_from([ZERO, Decimal("1.50")]),
    refunds=any_.lists(
        any_.tuples(any_.sampled_from([Decimal("0.25"), Decimal("0.50")]), any_.integers(0, 2 * 24 * 3600)), max_size=2
    ).map(tuple),
    promise_minutes=any_.integers(5, 120),
)
evenings = any_.tuples(any_.sampled_from(SETTINGS), any_.lists(order_plans, min_size=6, max_size=14))


class Evenings:
    """The shop in which the plans are carried out."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.kitchen = Kitchen.objects.create(slug=f"kitchen-{uuid7()}", name="Via Roma")
        people = [User.objects.create(first_name=name.title()) for name in (*COOKS, *DRIVERS, *CUSTOMERS)]
        self.cooks, self.drivers = people[:2], people[2:4]
        self.customers = [Customer.objects.create(user=user, name=user.first_name) for user in people[4:]]
        self.numbers = {}

    def carry_out(self, plan: OrderPlan) -> Order:
        with transaction.atomic():
            return Evening(self, plan).order


def acting(user: User) -> Actor:
    return Actor(ActorKind.PERSON, user.pk)


class Evening:
    """What happens to one order."""

    def __init__(self, shop: Evenings, plan: OrderPlan):
        self.shop, self.plan = shop, plan
        self.cook, self.driver = shop.cooks[plan.people[0]], shop.drivers[plan.people[1]]
        self.at = shop.setting.begins + timedelta(seconds=plan.seconds)
        self.steps = []  # of which one may be undone: status before, cooking start before, and the stored event
        self.order = self.place()
        for step, pace in zip(FATES[plan.fate], plan.paces, strict=False):
            self.at += timedelta(seconds=pace)
            self.take(step)
        self.settle()

    def place(self) -> Order:
        from pizzeria.foundation import clock  # noqa: PLC0415

        plan, day = self.plan, clock.business_date(self.at)
        number = self.shop.numbers[day] = self.shop.numbers.get(day, 0) + 1
        who = self.plan.people[2]
        customer = self.shop.customers[who] if who < len(CUSTOMERS) else None
        order = Order.objects.create(kitchen=self.shop.kitchen, customer=customer, method=plan.method)
        lines = tuple(placed_line(line) for line in plan.lines)
        adjustments = adjustments_of(plan, lines)
        totals = totals_of(
            [TaxedAmount(line.unit_price * line.quantity, line.tax_rate) for line in lines],
            adjustments=adjustments,
            tax_included=True,
        )
        write_lines(order, lines)
        write_adjustments(order, adjustments)
        self.record(
            events.OrderPlaced(
                kitchen=self.shop.kitchen.ref,
                customer=customer and customer.ref,
                number=number,
                business_date=day,
                method=plan.method,
                wanted_at=None,
                promise_from=self.at,
                promise_until=self.at + timedelta(minutes=plan.promise_minutes + 30),
                lines=lines,
                trace=None,
                payment_method=plan.payment_method,
                **{field: getattr(totals, field) for field in type(totals).model_fields},
            ),
            order=order,
            by=GUEST,
        )
        return order

    def record(self, event, *, by=SYSTEM, order=None):
        [stored] = record(order or self.order, event, by=by, at=self.at)
        return stored

    def take(self, step: str) -> None:
        order, cook, driver = self.order, acting(self.cook), acting(self.driver)
        is_delivery = self.plan.method == FulfillmentMethod.DELIVERY
        before = (order.status, order.cooking_started_at)
        match step:
            case "confirm":
                self.confirm()
            case "pay again" if self.plan.payment_method != PaymentMethod.CASH:
                self.pay_again()
            case "promise":
                until = self.at + timedelta(hours=5)
                self.record(events.OrderPromiseChanged(promise_from=self.at, promise_until=until))
            case "start":
                self.steps.append((*before, self.record(events.OrderCookingStarted(staff=cook.user_id), by=cook)))
            case "ready":
                self.steps.append((*before, self.record(events.OrderReady(), by=cook)))
            case "recall":
                self.record(events.OrderRecalled(to="cooking"), by=cook)
            case "leave" if is_delivery:
                self.leave()
            case "fail" if is_delivery:
                reason = CancelReason.NOBODY_HOME
                self.record(events.OrderDeliveryFailed(driver=driver.user_id, reason=reason), by=driver)
            case "hand over":
                if is_delivery and order.status != OrderStatus.DELIVERING:
                    self.leave()
                    self.at += timedelta(seconds=self.plan.paces[-1])
                before = (order.status, order.cooking_started_at)
                event = events.OrderDelivered(method=order.method, cash_taken=order.amount_due)
                self.steps.append((*before, self.record(event, by=driver if is_delivery else cook)))
            case "undo start" | "undo ready" | "undo hand over":
                self.undo()
            case "cancel":
                self.cancel()

    def confirm(self) -> None:
        is_card = self.plan.payment_method != PaymentMethod.CASH
        if is_card:
            attempt = self.order.payment_attempts.get(gateway=GatewayName.STRIPE)
            attempt.state, attempt.captured, attempt.captured_at = AttemptState.PAID, attempt.amount, self.at
            attempt.save()
            self.record(events.OrderPaymentCaptured(attempt=attempt.ref, amount=attempt.amount))
            attempt.order = self.order
            issue_receipt(attempt, at=self.at)
        self.record(
            events.OrderConfirmed(
                payment_method=self.plan.payment_method,
                payment="paid" if is_card else "due",
                promise_from=self.at,
                promise_until=self.at + timedelta(minutes=self.plan.promise_minutes),
            )
        )

    def pay_again(self) -> None:
        """Charge the card a second time by mistake; the amount is given back, maybe on the next day."""
        order = self.order
        first = order.payment_attempts.get(gateway=GatewayName.STRIPE)
        second = PaymentAttempt.objects.create(
            order=order,
            gateway=first.gateway,
            method=first.method,
            amount=first.amount,
            currency=first.currency,
            created_at=self.at,
            expires_at=self.at,
            due_at=self.at,
            state=AttemptState.DUPLICATE,
            captured=first.amount,
            captured_currency=first.currency,
            captured_at=self.at,
        )
        self.record(events.OrderPaymentCaptured(attempt=second.ref, amount=second.amount))
        ref = uuid7()
        reason = RefundReason.DUPLICATE
        self.record(events.OrderRefundRequested(refund=ref, amount=second.amount, reason=reason))
        if self.plan.tip:  # of the others, the gateway has not answered yet
            self.at += timedelta(hours=11)
            Refund.objects.filter(ref=ref).update(state=RefundState.DONE, done_at=self.at)
            self.record(events.OrderRefunded(refund=ref, amount=second.amount))

    def leave(self) -> None:
        driver = acting(self.driver)
        if self.order.driver_id is None:
            self.record(events.OrderDriverAssigned(driver=driver.user_id), by=driver)
        self.record(events.OrderOutForDelivery(driver=driver.user_id), by=driver)

    def undo(self) -> None:
        status, cooking_started_at, stored = self.steps[-1]
        cash = Decimal(stored.data.get("cash_taken", "0.00"))
        self.record(
            events.OrderStepUndone(
                undone=stored.type,
                seq=stored.seq,
                status=status,
                cooking_started_at=cooking_started_at,
                cash_returned=cash,
            )
        )

    def cancel(self) -> None:
        order = self.order
        reason = CancelReason.TOO_BUSY if order.confirmed_at else CancelReason.PAYMENT_FAILED
        self.record(events.OrderCancelled(reason=reason))
        if order.amount_kept:
            self.refund(order.amount_kept, RefundReason.CANCELLED, done_at=self.at + timedelta(hours=20))

    def refund(self, amount: Decimal, reason: RefundReason, *, done_at: datetime) -> None:
        ref = uuid7()
        self.record(events.OrderRefundRequested(refund=ref, amount=amount, reason=reason))
        self.at = done_at
        refund = Refund.objects.get(ref=ref)
        refund.state, refund.done_at = RefundState.DONE, self.at
        refund.save()
        self.record(events.OrderRefunded(refund=ref, amount=amount))
        refund.attempt.order = self.order
        issue_credit_note(refund, at=self.at)

    def settle(self) -> None:
        """Issue the receipt of cash that is not given back any more, and refund what the plan says."""
        order = self.order
        cash = order.payment_attempts.filter(gateway=GatewayName.CASH, state=AttemptState.PAID).first()
        if cash:
            self.at += timedelta(seconds=20)
            cash.order = order
            issue_receipt(cash, at=self.at)
        if order.status == OrderStatus.CANCELLED or order.payment_status != PaymentStatus.PAID:
            return
        for share, seconds in self.plan.refunds:
            amount = (order.paid * share).quantize(Decimal("0.01"))
            if amount and amount <= order.amount_kept:
                done_at = self.at + timedelta(seconds=seconds)
                self.refund(amount, RefundReason.GOODWILL, done_at=done_at)


def placed_line(plan: LinePlan) -> events.PlacedLine:
    slug = ITEMS[plan.item]
    is_pizza = slug in ("margherita", "pepperoni")
    toppings = sorted(plan.toppings) if is_pizza else []
    added = tuple(events.PricedToppingRef(slug=each, name=each.title(), price=Decimal("2.50")) for each in toppings)
    return events.PlacedLine(
        kind="pizza" if is_pizza else "simple_item",
        slug=slug,
        name=f"{slug.title()} {plan.quantity}",  # renamed all the time
        size=plan.size if is_pizza else "",
        size_name=plan.size.title() if is_pizza else "",
        quantity=plan.quantity,
        unit_price=Decimal(PRICES[slug]) + Decimal("2.50") * len(added),
        tax_rate=Decimal(10) if is_pizza else Decimal(22),
        minutes=8 if is_pizza else 0,
        parts=(events.PlacedPart(slug=slug, name=slug.title(), recipe=(), added=added, left_out=()),)
        if is_pizza
        else (),
        declaration=None,
    )


def adjustments_of(plan: OrderPlan, lines) -> list[Adjustment]:
    found = []
    if plan.coupon:
        rates = {line.tax_rate for line in lines}  # one adjustment for each rate
        found += [
            Adjustment(kind=AdjustmentKind.DISCOUNT, code=plan.coupon, amount=Decimal("-0.50"), tax_rate=rate)
            for rate in sorted(rates)
        ]
    if plan.method == FulfillmentMethod.DELIVERY:
        fee = Decimal("3.50")
        found.append(Adjustment(kind=AdjustmentKind.DELIVERY_FEE, code="centre", amount=fee, tax_rate=Decimal(10)))
    if plan.tip:
        found.append(Adjustment(kind=AdjustmentKind.TIP, code="", amount=plan.tip, tax_rate=None))
    return found
