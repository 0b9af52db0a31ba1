"""The price trace: kept by every order, read by the guest, and recomputed every night by other code."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as any_

from kitchen.models import FulfillmentMethod
from menu.illustrations import Look
from menu.price_schedules import PriceSchedule
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot, SizeSnapshot, ToppingSnapshot
from orders import services as order_services
from orders.basket_pricing import CouponTerms, DeliveryTerms, PriceTerms, Tip, price_basket
from orders.events import OrderPlaced
from orders.models import BasketLine, Order, PriceCheckRun
from orders.price_check import differences
from orders.services.order_lines import placed_lines
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import ZERO
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.shop import FRIDAY_NIGHT

# --- Any prices at all ---

amounts = any_.decimals(min_value=0, max_value=300, places=2)
rates = any_.sampled_from([Decimal(0), Decimal(4), Decimal("7.7"), Decimal(10), Decimal(22)])
coupons = any_.one_of(
    any_.none(),
    any_.builds(CouponTerms, code=any_.just("FRIDAY"), kind=any_.just("fixed"), value=amounts),
    any_.builds(
        CouponTerms,
        code=any_.just("FRIDAY"),
        kind=any_.just("percent"),
        value=any_.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
    ),
)
deliveries = any_.one_of(
    any_.none(),
    any_.builds(DeliveryTerms, zone=any_.just("centre"), fee=amounts, free_from=any_.one_of(any_.none(), amounts)),
)
tips = any_.one_of(
    any_.builds(Tip, percent=any_.sampled_from([Decimal(5), Decimal(10)])), any_.builds(Tip, amount=amounts)
)


def menu_of(*, base: Decimal, factor: Decimal, topping: Decimal, drink: Decimal) -> MenuSnapshot:
    item = {"sold_out_since": None, "sold_out_until": None, "declared_allergens": (), "diet": "vegan", "ref": uuid4()}
    dish = {**item, "category": "", "category_slug": "", "category_position": 0, "description": ""}
    look = Look("disc", "#000000")
    toppings = {
        slug: ToppingSnapshot(slug=slug, name=slug, price=PriceSchedule(topping), spicy=False, look=look, **item)
        for slug in ("a", "b")
    }
    pizza = PizzaSnapshot(
        slug="pizza", name="Pizza", base_price=PriceSchedule(base), smallest_factor=factor, minutes=8, recipe=(), **dish
    )
    cola = SimpleItemSnapshot(
        slug="cola", name="Cola", price=PriceSchedule(drink), tax_kind="drink", motif="can", colour="#000000", **dish
    )
    return MenuSnapshot(
        sizes={"one": SizeSnapshot("one", "One", factor)},
        toppings=toppings,
        pizzas={"pizza": pizza},
        simple_items={"cola": cola},
    )


@given(
    menu=any_.builds(
        menu_of,
        base=amounts,
        factor=any_.decimals(min_value=Decimal("0.10"), max_value=10, places=2),
        topping=amounts,
        drink=amounts,
    ),
    chosen=any_.lists(
        any_.tuples(
            any_.sampled_from(
                [
                    shop.pizza("pizza", size="one"),
                    shop.pizza("pizza", size="one", added=("a", "b")),
                    shop.simple_item("cola"),
                ]
            ),
            any_.integers(1, 20),
        ),
        min_size=1,
        max_size=4,
    ),
    terms=any_.builds(PriceTerms, coupon=coupons, delivery=deliveries, tip=tips),
    percents=any_.fixed_dictionaries({"food": rates, "drink": rates, "delivery": rates}),
    is_included=any_.booleans(),
)
def test_whatever_is_ordered_its_parts_add_up_and_other_code_computes_the_same(
    menu, chosen, terms, percents, is_included
):
    lines = [BasketLine(selection=each.model_dump(mode="json"), quantity=quantity) for each, quantity in chosen]
    with override_settings(SHOP_TAX_PERCENTS=percents, SHOP_TAX_INCLUDED=is_included):
        priced = price_basket(lines, snapshot=menu, at=FRIDAY_NIGHT).under(terms)
        placed = event_of(priced, terms)

    totals = priced.totals
    added_tax = ZERO if is_included else totals.tax_total
    assert totals.total == totals.lines_total + totals.adjustments_total + added_tax >= 0
    assert totals.lines_total == sum(line.total for line in priced.lines)
    for line, step in zip(priced.lines, priced.trace.lines, strict=True):
        exact = step.base * step.factor + sum(step.added)
        assert abs(line.item.unit_price - exact) <= Decimal("0.005")  # rounded once a unit, half-up
        assert 0 <= step.discount <= step.total
    assert differences(placed.model_dump(mode="json")) == []


def event_of(priced, terms) -> OrderPlaced:
    totals = priced.totals
    return OrderPlaced(
        kitchen=uuid4(),
        customer=None,
        number=1,
        business_date=FRIDAY_NIGHT.date(),
        method="delivery" if terms.delivery else "pickup",
        wanted_at=None,
        promise_from=FRIDAY_NIGHT,
        promise_until=FRIDAY_NIGHT,
        lines=placed_lines(priced),
        lines_total=totals.lines_total,
        adjustments=totals.adjustments,
        tax_lines=totals.tax_lines,
        tax_included=totals.tax_included,
        total=totals.total,
        trace=priced.trace,
        payment_method="cash",
    )


# --- What the guest reads ---


def test_a_guest_reads_why_the_price_is_what_it_is_before_and_after_ordering(client, kitchen):
    DeliveryZoneFactory(free_from=Decimal(50))
    CouponFactory(code="STUDENT15", kind="percent", value=Decimal(15))
    basket = shop.basket_of(shop.pizza("pepperoni", size="large", added=("olives",)), shop.simple_item(), quantity=2)

    order = shop.place(basket, method=FulfillmentMethod.DELIVERY, coupon="STUDENT15", tip=Tip(percent=Decimal(10)))

    page = client.get(reverse("orders:guest_order", args=[order.ref, order.contact.guest_token]))
    assert page.context["order"].explanation == [
        "Pepperoni: €14.99 × 1.6 + €2.50 = €26.48; × 2 = €52.96",
        "Cola: €3.20; × 2 = €6.40",
        "Code STUDENT15: 15% of €59.36 = €8.90 off",
        "Delivery: free from €50.00 on",
        "Tip: 10% of €50.46 = €5.05",
        "Included in €50.46: 10% tax = €4.59",
    ]
    assert "Why this price?" in page.content.decode()


# --- The nightly check ---


def spoil(order, *path, value):
    """Change a stored event as only the database's owner can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_storedevent DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE events_storedevent SET data = jsonb_set(data, %s, %s) WHERE aggregate_ref = %s AND seq = 1",
            [list(path), f'"{value}"', order.ref],
        )
        cursor.execute("ALTER TABLE events_storedevent ENABLE TRIGGER USER")


def test_the_check_finds_nothing_wrong_with_orders_of_every_kind(kitchen):
    DeliveryZoneFactory()
    CouponFactory(code="FRIDAY")
    shop.place()
    shop.place(method=FulfillmentMethod.DELIVERY, coupon="FRIDAY", tip=Tip(amount=Decimal(1)))

    result = order_services.check_prices(by=SYSTEM, at=FRIDAY_NIGHT)

    assert (result.orders, result.wrong) == (2, [])
    assert not Alert.objects.exists()


def test_the_check_names_an_order_whose_price_does_not_add_up_and_alerts_managers(kitchen):
    shop.place()
    order = shop.place()
    spoil(order, "trace", "lines", "0", "unit_price", value="11.99")
    out = StringIO()

    with pytest.raises(CommandError, match="The prices of 1 of 2 orders do not add up"):
        call_command("check_prices", "--all", stdout=out)

    assert f"order {order.ref}: Trace, line 1: the unit price is stored as 11.99, computed as 12.99." in out.getvalue()
    alert = Alert.objects.get()
    assert str(alert).startswith(f"The price of order #{order.number} of 2026-11-20 does not add up: Trace, line 1")


def test_the_check_of_a_night_reads_the_orders_since_the_last_and_with_all_every_order(kitchen):
    shop.place()
    order_services.check_prices(by=SYSTEM, at=FRIDAY_NIGHT + timedelta(hours=9))
    next_day = FRIDAY_NIGHT + timedelta(days=1)
    shop.place(at=next_day)

    since = order_services.check_prices(by=SYSTEM, at=next_day + timedelta(hours=9))
    every = order_services.check_prices(every_order=True, by=SYSTEM, at=next_day + timedelta(hours=10))

    assert (since.orders, every.orders) == (1, 2)
    assert [run.orders for run in PriceCheckRun.objects.order_by("checked_until")] == [1, 1, 2]


def test_an_order_of_an_earlier_release_is_checked_as_far_as_its_event_goes(kitchen):
    order = shop.place()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_storedevent DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE events_storedevent SET type = 'order.placed.v2', data = (data - 'trace') #- '{lines,0,tax_rate}'"
            " WHERE aggregate_ref = %s AND seq = 1",
            [order.ref],
        )
        cursor.execute("ALTER TABLE events_storedevent ENABLE TRIGGER USER")
    assert StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).type == "order.placed.v2"

    assert order_services.check_prices(by=SYSTEM, at=FRIDAY_NIGHT).wrong == []
    spoil(order, "total", value="11.99")
    [wrong] = order_services.check_prices(by=SYSTEM, at=FRIDAY_NIGHT).wrong
    assert wrong.order == Order.objects.get()
    assert wrong.differences == ["Event: the total is stored as 11.99, computed as 12.99."]
