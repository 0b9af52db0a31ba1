"""What can be refunded of an order: its total in parts, to the cent, each of them once."""

from decimal import Decimal

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as any_

from kitchen.models import FulfillmentMethod
from orders.basket_pricing import PriceTerms, Tip, price_basket
from orders.models import BasketLine, Order
from orders.payments.refundable import (
    NotRefundable,
    Refundable,
    RefundableLine,
    RefundChoice,
    price_refund,
    refundable_of,
    split_total,
)
from pizzeria.foundation.money import ZERO
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.orders.payments.refund_helpers import paid_in_cash, two_lines
from tests.orders.test_price_trace import amounts, coupons, deliveries, menu_of, rates, tips
from tests.shop import FRIDAY_NIGHT

CENT = Decimal("0.01")


@given(
    menu=any_.builds(menu_of, base=amounts, factor=any_.just(Decimal(1)), topping=amounts, drink=amounts),
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
def test_the_parts_of_any_total_add_up_to_it_and_the_units_of_a_line_differ_by_a_cent_at_most(
    menu, chosen, terms, percents, is_included
):
    lines = [BasketLine(selection=each.model_dump(mode="json"), quantity=quantity) for each, quantity in chosen]
    with override_settings(SHOP_TAX_PERCENTS=percents, SHOP_TAX_INCLUDED=is_included):
        trace = price_basket(lines, snapshot=menu, at=FRIDAY_NIGHT).under(terms).trace

    parts = split_total(trace)

    assert sum(map(sum, parts.lines)) + parts.fee + parts.tip == trace.total
    for units, step in zip(parts.lines, trace.lines, strict=True):
        assert len(units) == step.quantity
        assert max(units) - min(units) <= CENT
        net = step.total - step.discount
        tax = ZERO if is_included else net * step.tax_rate / 100
        assert abs(sum(units) - net - tax) <= len(trace.lines) * CENT
        assert min(units) >= 0


@pytest.mark.parametrize(
    ("included", "units", "fee"),
    [
        (True, ["7.50", "7.49"], "3.50"),  # 25.98 less 10.99
        (False, ["8.25", "8.24"], "4.27"),  # with 10 % and 22 % of it
    ],
)
def test_a_unit_is_net_of_its_share_of_the_discount_and_has_its_share_of_an_added_tax(
    kitchen, settings, included, units, fee
):
    settings.SHOP_TAX_INCLUDED = included
    settings.SHOP_TAX_PERCENTS = {"food": Decimal(10), "drink": Decimal(10), "delivery": Decimal(22)}
    DeliveryZoneFactory(fee=Decimal("3.50"))
    CouponFactory(code="FRIDAY", value=Decimal("10.99"))
    order = shop.place(
        shop.basket_of(shop.pizza(), quantity=2),
        method=FulfillmentMethod.DELIVERY,
        coupon="FRIDAY",
        tip=Tip(amount=Decimal("1.00")),
    )

    refundable = refundable_of(order)

    assert [str(amount) for amount in refundable.lines[0].units.values()] == units
    assert (str(refundable.fee), refundable.tip) == (fee, Decimal("1.00"))


def test_what_was_ordered_before_the_price_trace_was_kept_can_only_be_refunded_as_a_whole(kitchen):
    order = paid_in_cash()
    Order.objects.update(price_trace=None)
    order.refresh_from_db()

    refundable = refundable_of(order)

    assert not refundable.has_parts
    assert price_refund(refundable, RefundChoice(everything=True)).amount == order.total
    for choice in (RefundChoice({0: 1}), RefundChoice(with_tip=True), RefundChoice()):
        with pytest.raises(NotRefundable):
            price_refund(refundable, choice)


COLAS = Refundable(
    has_parts=True,
    lines=(RefundableLine(0, "Cola", 3, {1: Decimal("3.20"), 2: Decimal("3.19")}),),
    fee=ZERO,
    tip=Decimal("2.00"),
    left=Decimal("8.39"),
    waiting=ZERO,
)


def test_the_first_units_that_are_left_are_refunded():
    priced = price_refund(COLAS, RefundChoice({0: 1}, with_tip=True))

    assert (priced.amount, priced.items.units, priced.items.tip) == (Decimal("5.20"), {0: (1,)}, True)


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (RefundChoice({}), ""),
        (RefundChoice({0: 0}), ""),
        (RefundChoice({0: 3}), "line_0"),
        (RefundChoice({0: -1}), "line_0"),
        (RefundChoice({7: 1}), "line_7"),
        (RefundChoice({}, with_fee=True), ""),
        (RefundChoice(everything=True), ""),
    ],
    ids=["nothing", "none of a line", "too many", "less than none", "no such line", "no fee", "everything"],
)
def test_what_cannot_be_refunded_is_refused_beside_its_field(choice, field):
    with pytest.raises(NotRefundable) as refused:
        price_refund(COLAS, choice)

    assert refused.value.field == field


def test_the_parts_that_can_be_refunded_take_two_queries(kitchen, django_assert_num_queries):
    order = paid_in_cash(two_lines())

    with django_assert_num_queries(2):
        refundable_of(order)
