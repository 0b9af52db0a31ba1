from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen.capacity import OrderTooLarge
from menu.models import SimpleItem
from orders import services as order_services
from orders.basket_pricing import Tip
from orders.customers.models import Customer
from orders.models import CancelReason, Coupon, CouponUse, Order
from orders.price_check import differences
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import CouponFactory, UserFactory
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

A_DAY = timedelta(days=1)
UNKNOWN = "We do not know this code, or it is not valid now."


@pytest.mark.parametrize(
    ("coupon", "total"),
    [
        ({"kind": "fixed", "value": Decimal("5.00")}, "7.99"),
        ({"kind": "percent", "value": Decimal(15)}, "11.04"),  # 12.99 - 1.95, of 1.9485
        ({"kind": "fixed", "value": Decimal("50.00")}, "0.00"),  # nothing goes below zero
        ({"kind": "percent", "value": Decimal(100)}, "0.00"),
    ],
)
def test_a_coupon_takes_its_amount_or_percentage_off(coupon, total):
    CouponFactory(code="FRIDAY", **coupon)

    order = shop.place(coupon="friday ")

    assert order.total == Decimal(total)
    assert {adjustment.code for adjustment in order.totals.adjustments} == {"FRIDAY"}
    assert differences(StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data) == []


def test_a_discount_is_spread_over_the_tax_rates_of_the_lines(settings):
    settings.SHOP_TAX_PERCENTS = {"food": Decimal(10), "drink": Decimal(22), "delivery": Decimal(22)}
    CouponFactory(code="TEN", value=Decimal("10.00"))
    SimpleItem.objects.update(tax_kind="drink")

    order = shop.place(shop.basket_of(shop.pizza(), shop.simple_item()), coupon="TEN")

    # 10.00 over 12.99 and 3.20: 8.0235 and 1.9765, so 8.02 and 1.98
    assert [(each.amount, each.tax_rate) for each in order.totals.adjustments] == [
        (Decimal("-8.02"), Decimal(10)),
        (Decimal("-1.98"), Decimal(22)),
    ]
    assert [(line.base, line.tax) for line in order.totals.tax_lines] == [
        (Decimal("4.97"), Decimal("0.45")),
        (Decimal("1.22"), Decimal("0.22")),
    ]
    assert differences(StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data) == []


@pytest.mark.parametrize(
    ("coupon", "sentence"),
    [
        (None, UNKNOWN),
        ({"is_active": False}, UNKNOWN),
        ({"valid_from": FRIDAY_NIGHT + A_DAY}, UNKNOWN),
        ({"valid_until": FRIDAY_NIGHT}, UNKNOWN),
        ({"max_uses": 1, "uses": 1}, "This code has been used up."),
        ({"minimum": Decimal("13.00")}, "This code is for orders of €13.00 and more."),
    ],
    ids=["unknown", "not in force", "too early", "too late", "used up", "below the minimum"],
)
def test_a_coupon_that_cannot_be_used_is_refused_and_nothing_is_written(coupon, sentence):
    if coupon is not None:
        CouponFactory(code="FRIDAY", **coupon)

    with pytest.raises(order_services.CouponRefused) as refused:
        shop.place(coupon="FRIDAY", shown_total=Decimal("7.99"))

    assert (refused.value.message, refused.value.field) == (sentence, "coupon")
    assert not Order.objects.exists()
    assert not CouponUse.objects.exists()


def test_a_coupon_of_one_customer_is_unknown_to_everybody_else():
    carla, mallory = UserFactory(), UserFactory()
    CouponFactory(code="CARLA", customer=Customer.objects.create(user=carla))

    for by in (GUEST, shop.acting_as(CUSTOMER, mallory.pk)):
        with pytest.raises(order_services.CouponRefused, match=UNKNOWN):
            shop.place(coupon="CARLA", by=by, shown_total=Decimal("7.99"))

    assert shop.place(coupon="CARLA", by=shop.acting_as(CUSTOMER, carla.pk)).total == Decimal("7.99")


def test_a_customer_uses_a_coupon_as_often_as_allowed_by_account_or_by_phone_number():
    carla = shop.acting_as(CUSTOMER, UserFactory().pk)
    CouponFactory(code="ONCE", max_uses_per_customer=1)
    shop.place(coupon="ONCE", by=carla)

    with pytest.raises(order_services.CouponRefused, match="You have used this code already"):
        shop.place(coupon="ONCE", by=carla)
    with pytest.raises(order_services.CouponRefused, match="You have used this code already"):
        shop.place(coupon="ONCE")  # with the same phone number
    other = replace(shop.ANNA, phone="+390687654321")
    assert shop.place(coupon="ONCE", contact=other).total == Decimal("7.99")


def test_the_use_of_a_coupon_is_given_back_once_when_the_order_is_cancelled():
    coupon = CouponFactory(code="LAST", max_uses=1)
    order = shop.place(coupon="LAST")
    coupon.refresh_from_db()
    assert coupon.uses == 1

    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=FRIDAY_NIGHT
    )

    coupon.refresh_from_db()
    assert coupon.uses == 0
    assert CouponUse.objects.get().given_back_at == FRIDAY_NIGHT
    assert shop.place(coupon="LAST").total == Decimal("7.99")


def test_unknown_codes_are_counted_and_after_too_many_of_them_a_known_one_is_refused_too(settings):
    settings.SHOP_COUPONS_PER_HOUR = 2
    CouponFactory(code="FRIDAY")
    by = GUEST.with_client("a client")
    basket = shop.basket_of()

    def check(code):
        order_services.check_coupon(code=code, basket=basket.ref, phone="", by=by, at=FRIDAY_NIGHT)

    for code in ("A", "B"):
        with pytest.raises(order_services.CouponRefused):
            check(code)
    check("FRIDAY")
    with pytest.raises(TooManyAttempts):
        check("C")
    with pytest.raises(TooManyAttempts):
        check("FRIDAY")
    with pytest.raises(TooManyAttempts):
        shop.place(basket, coupon="FRIDAY", by=by)
    assert shop.place(basket, by=by).number == 1  # without a code


# --- The page ---


@pytest.fixture
def checkout(client):
    """Return a function that sends the checkout of one Margherita: what it sends agrees to the total that was shown."""
    add(client)
    page = reverse("orders:checkout")
    form = {**ANNA, **hidden(client.get(page))}

    def send(**typed):
        updated = client.post(page, {**form, **typed, "update": "1"})
        return updated, client.post(page, {**form, **typed, **hidden(updated)})

    return send


def test_a_guest_types_a_code_reads_the_discount_and_pays_less(checkout):
    CouponFactory(code="FRIDAY")

    updated, sent = checkout(coupon="friday")

    html = updated.content.decode()
    assert "Discount, code FRIDAY" in html
    assert "-€5.00" in html
    assert sent.status_code == 302
    assert Order.objects.get().total == Decimal("7.99")


def test_a_guest_reads_beside_the_field_why_a_code_is_refused_and_it_stays_as_it_was_typed(checkout):
    updated, sent = checkout(coupon="nonsense")

    assert updated.context["coupon_problem"] == UNKNOWN
    assert updated.context["form"]["coupon"].value() == "nonsense"
    assert sent.status_code == 422
    assert sent.context["form"].errors["coupon"] == [UNKNOWN]
    assert sent.context["form"]["name"].value() == "Anna Bianchi"


def test_a_customer_who_types_the_code_of_another_reads_that_it_is_unknown_and_nothing_is_ordered(
    sign_in, checkout, settings
):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    CouponFactory(code="CARLA", customer=Customer.objects.create(user=UserFactory()))
    sign_in(CUSTOMER)

    updated, sent = checkout(coupon="carla", payment_method="credit_card")

    assert "Discount, code" not in updated.content.decode()
    assert sent.status_code == 422
    assert sent.context["form"].errors["coupon"] == [UNKNOWN]
    assert not Order.objects.exists()
    assert not CouponUse.objects.exists()


@pytest.mark.parametrize(
    ("typed", "total"),
    [
        ({"tip": "0"}, "12.99"),
        ({"tip": "10"}, "14.29"),  # 1.299
        ({"tip": "5"}, "13.64"),  # 0.6495, half-up
        ({"tip": "other", "tip_amount": "2.50"}, "15.49"),
        ({"tip": "other", "tip_amount": "0"}, "12.99"),
        ({"tip": "0", "tip_amount": "2.50"}, "12.99"),
        ({"tip": "10", "coupon": "FRIDAY"}, "8.79"),  # of 7.99
    ],
)
def test_a_tip_is_a_percentage_of_the_discounted_lines_or_a_free_amount_and_is_not_taxed(checkout, typed, total):
    CouponFactory(code="FRIDAY")

    _updated, sent = checkout(**typed)

    assert sent.status_code == 302
    order = Order.objects.get()
    assert order.total == Decimal(total)
    assert {adjustment.tax_rate for adjustment in order.totals.adjustments if adjustment.kind == "tip"} <= {None}
    assert differences(StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data) == []


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("-1", "0.00 at least, please."),
        ("NaN", "An amount such as 2.50, please."),
        ("Infinity", "An amount such as 2.50, please."),
        ("1e309", "An amount such as 2.50, please."),
        ("1.005", "At most 2 decimals, please."),
        ("lots", "An amount such as 2.50, please."),
        ("", "How much shall it be?"),
    ],
)
def test_a_tip_that_is_no_amount_is_refused_beside_its_field(checkout, amount, sentence):
    updated, sent = checkout(tip="other", tip_amount=amount)

    assert updated.status_code == 200
    assert sent.status_code == 422
    assert sent.context["form"].errors["tip_amount"] == [sentence]
    assert not Order.objects.exists()


def test_a_tip_counts_towards_the_largest_total_of_an_order(change_shop):
    change_shop(total_per_order=Decimal("20.00"))

    with pytest.raises(OrderTooLarge):
        shop.place(tip=Tip(amount=Decimal("7.02")))


# --- The admin ---


def coupon_form(**changed):
    return {"code": "friday", "is_active": "on", "kind": "fixed", "value": "5", "minimum": "0", **changed}


def test_a_manager_adds_a_coupon_in_any_letters(marta):
    response = marta.post(reverse("admin:orders_coupon_add"), coupon_form())

    assert response.status_code == 302
    assert Coupon.objects.get().code == "FRIDAY"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"kind": "percent", "value": "101"}, "__all__", "A percentage is 100 at most."),
        ({"value": "0"}, "value", "greater than or equal to 0.01"),
        ({"value": "NaN"}, "value", "Enter a number"),
        ({"code": "50% off"}, "code", "Capital letters, digits and hyphens only."),
        ({"code": "taken"}, "code", "already exists"),
        (
            {
                "valid_from_0": "2026-11-21",
                "valid_from_1": "18:00",
                "valid_until_0": "2026-11-20",
                "valid_until_1": "18:00",
            },
            "valid_until",
            "It would end before it begins.",
        ),
    ],
)
def test_a_coupon_that_cannot_be_is_refused_beside_its_field(marta, changed, field, sentence):
    CouponFactory(code="TAKEN")

    response = marta.post(reverse("admin:orders_coupon_add"), coupon_form(**changed))

    assert sentence in " ".join(response.context["adminform"].form.errors[field])
    assert Coupon.objects.count() == 1


def test_a_used_coupon_keeps_its_uses_cannot_be_deleted_and_cannot_be_limited_to_fewer(marta):
    coupon = CouponFactory(code="FRIDAY", max_uses=5)
    shop.place(coupon="FRIDAY")
    page = reverse("admin:orders_coupon_change", args=[coupon.pk])
    shown = marta.get(page).context["adminform"].form
    initial = {f"initial-{name}": shown[name].value() for name in ("code", "kind", "value", "minimum", "max_uses")}
    form = {**initial, "initial-is_active": "True", **coupon_form(code="FRIDAY")}

    refused = marta.post(page, {**form, "max_uses": "0"})
    saved = marta.post(page, {**form, "max_uses": "1"})

    assert "Its uses are more than that: 1." in refused.context["adminform"].form.errors["max_uses"]
    assert saved.status_code == 302
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.max_uses) == (1, 1)
    assert marta.post(reverse("admin:orders_coupon_delete", args=[coupon.pk]), {"post": "yes"}).status_code == 403
