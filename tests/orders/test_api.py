"""Orders by the API."""

from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from menu.models import Pizza, Topping
from menu.services import mark_sold_out
from orders import services as order_services
from orders.customers import services as customer_services
from orders.deliveries import services as delivery_services
from orders.models import Basket, Order, OrderStatus
from orders.payments.models import PaymentAttempt
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

MARGHERITA = {"pizza_id": "margherita", "size": "small"}
HOME = {"street": "Via Appia 7", "city": "Roma", "zip_code": "00183"}


def body(**changes):
    """Return the body of an order of one Margherita, paid in cash; None takes a field out."""
    order = {
        "customer_name": "Anna Bianchi",
        "customer_phone": "+390612345678",
        "pizzas": [MARGHERITA],
        "payment_method": "cash",
    }
    return {name: value for name, value in {**order, **changes}.items() if value is not None}


def invalid_fields(response):
    assert_refused(response, 422, response.json().get("code"))
    return {error["field"] for error in response.json().get("errors", [])}


def nothing_is_written():
    return not (Order.objects.exists() or Ticket.objects.exists() or IdempotencyKey.objects.exists())


# --- Placing ---


def test_an_order_in_cash_is_confirmed_and_answered_with_its_location(caller):
    anna = caller("customer")

    response = anna.post(
        "/orders",
        body(
            pizzas=[{"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"], "quantity": 2}],
            items=[{"item_id": "cola", "quantity": 1}],
            special_instructions="Ring twice",
        ),
    )

    assert response.status_code == 201
    order = response.json()
    assert response.headers["Location"] == f"/api/orders/{order['id']}"
    assert anna.client.get(response.headers["Location"]).status_code == 401
    assert anna.get(f"/orders/{order['id']}").json() == order
    assert (order["status"], order["number"], order["method"]) == ("confirmed", 1, "pickup")
    assert (order["total"], order["total_amount"], order["currency"]) == ("56.16", "€56.16", "EUR")  # 2 x 26.48 + 3.20
    assert order["pizzas"] == [
        {
            "id": "pepperoni",
            "name": "Pepperoni",
            "size": "large",
            "toppings": ["Olives"],
            "without": [],
            "price": "26.48",
            "quantity": 2,
            "estimated_cooking_time": 9,
        }
    ]
    assert order["items"] == [{"id": "cola", "name": "Cola", "price": "3.20", "quantity": 1}]
    assert (order["customer_name"], order["customer_phone"]) == ("Anna Bianchi", "+390612345678")
    assert order["special_instructions"] == "Ring twice"
    assert order["order_time"] == "2026-11-20T19:00:00Z"
    assert order["payment"] == {"method": "cash", "status": "due", "paid": "0.00", "refunded": "0.00", "url": None}


def test_page_and_api_place_the_same_order_at_the_same_price_by_the_same_command(caller, caplog):
    DeliveryZoneFactory(slug="centre")
    CouponFactory(code="FRIDAY")
    choices = [shop.pizza("pepperoni", size="large", added=("olives",)), shop.simple_item()]
    by_page = shop.place(
        shop.basket_of(*choices), coupon="FRIDAY", method=FulfillmentMethod.DELIVERY, contact=shop.AT_HOME
    )
    caplog.clear()

    sent = body(
        pizzas=[{"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"]}],
        items=[{"item_id": "cola"}],
        delivery_address=HOME | {"directions": "third floor"},
        customer_email="anna@example.com",
        coupon="FRIDAY",
    )
    by_api = Order.objects.get(ref=caller("customer").post("/orders", sent).json()["id"])

    commands = [record.msg["command"] for record in caplog.records if "command" in record.msg]
    assert [name for name in commands if name.startswith("orders.")] == ["orders.place_order"]
    of_page, of_api = (
        StoredEvent.objects.get(aggregate_ref=order.ref, type="order.placed.v3").data for order in (by_page, by_api)
    )
    varies = {"number", "customer", "promise_from", "promise_until"}
    assert {name: value for name, value in of_api.items() if name not in varies} == {
        name: value for name, value in of_page.items() if name not in varies
    }
    contents = [
        Ticket.objects.values("items", "pizzas", "minutes", "method", "notes").get(ref=o.ref) for o in (by_page, by_api)
    ]
    assert contents[0] == contents[1]
    assert (by_page.total, by_page.adjustments_total) == (by_api.total, by_api.adjustments_total)


def test_all_invalid_fields_are_named_in_one_answer_and_nothing_is_written(caller):
    response = caller("pos").post(
        "/orders",
        {
            "customer_name": "  ",
            "customer_phone": "12",
            "customer_email": "nobody",
            "pizzas": [
                {"pizza_id": "calzone", "size": "huge", "quantity": 0},
                {"pizza_id": "margherita", "size": "small", "toppings": ["gold"]},
                {"pizza_id": "margherita", "size": "small", "toppings": ["olives"] * 11},
            ],
            "items": [{"item_id": "wine", "quantity": "two"}],
            "delivery_address": {"street": "", "city": "Roma"},
            "payment_method": "shells",
            "tip": "-1",
            "total": "0.01",
        },
    )

    assert_refused(response, 422, "invalid")
    assert invalid_fields(response) == {
        "customer_name",
        "customer_phone",
        "customer_email",
        "pizzas.0.pizza_id",
        "pizzas.0.size",
        "pizzas.0.quantity",
        "pizzas.1.toppings.0",
        "pizzas.2.toppings",
        "items.0.item_id",
        "items.0.quantity",
        "delivery_address.street",
        "payment_method",
        "tip",
        "total",
    }
    assert nothing_is_written()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pizzas": []}, "pizzas"),
        ({"pizzas": None}, "pizzas"),
        ({"tip": "NaN"}, "tip"),
        ({"tip": 1e309}, "tip"),
        ({"expected_total": "1.001"}, "expected_total"),
        ({"pizzas": [MARGHERITA] * 31}, "pizzas"),
        ({"notes": "a", "special_instructions": "b"}, "notes"),
        ({"delivery_address": HOME, "customer_address": "Via Appia 7, 00183 Roma"}, "customer_address"),
        ({"customer_address": "somewhere in Roma"}, "customer_address"),
        ({"wanted_at": "2026-11-20T20:00:00"}, "wanted_at"),
        ({"status": "delivered"}, "status"),
        ({"customer_name": "Win at www.example.com"}, "customer_name"),
    ],
)
def test_an_invalid_field_is_named_and_nothing_is_written(caller, change, field):
    assert invalid_fields(caller("customer").post("/orders", body(**change))) == {field}
    assert nothing_is_written()


@pytest.mark.parametrize("sent", ["{", '{"pizzas": ' + "[" * 100_000, "\x00", "null", "[]"])
def test_a_body_that_is_no_order_is_refused(caller, sent):
    response = caller("customer").send("post", "/orders", sent)

    assert response.status_code in (400, 422), response.content
    assert nothing_is_written()


def test_an_order_for_later_is_not_offered(caller):
    response = caller("customer").post("/orders", body(wanted_at="2026-11-20T20:00:00Z"))

    assert_refused(response, 422, "not_offered")
    assert invalid_fields(response) == {"wanted_at"}


def test_pizzas_are_taken_by_id_or_ref_and_toppings_also_by_name(caller):
    pizza, olives = Pizza.objects.get(slug="pepperoni"), Topping.objects.get(slug="olives")
    chosen = {"pizza_id": str(pizza.ref), "size": "small", "toppings": [str(olives.ref), "MUSHROOMS"]}

    order = caller("customer").post("/orders", body(pizzas=[chosen | {"without": ["Pepperoni"]}])).json()

    assert order["pizzas"][0]["toppings"] == ["Olives", "Mushrooms"]
    assert order["pizzas"][0]["without"] == ["Pepperoni"]


def test_the_name_and_phone_of_a_customer_are_filled_from_the_profile(caller):
    anna = caller("customer", given_name="Anna", family_name="Bianchi")
    assert invalid_fields(anna.post("/orders", body(customer_name=None, customer_phone=None))) == {"customer_phone"}

    by = shop.acting_as(CUSTOMER, anna.user.pk)
    customer_services.change_contact(name="Anna B.", phone="+390612345678", by=by, at=FRIDAY_NIGHT)
    order = anna.post("/orders", body(customer_name=None, customer_phone=None)).json()

    assert (order["customer_name"], order["customer_phone"]) == ("Anna B.", "+390612345678")


def test_a_program_that_acts_for_itself_must_name_its_guest(caller, settings):
    settings.OIDC_AUDIENCES = ["till"]
    till = caller("pos", azp="till", preferred_username="service-account-till")

    response = till.post("/orders", body(customer_name=None, customer_phone=None))

    assert invalid_fields(response) == {"customer_name", "customer_phone"}


def test_an_order_is_delivered_to_an_address_in_parts_or_in_one_line(caller):
    anna = caller("customer")

    in_parts = anna.post("/orders", body(delivery_address=HOME)).json()
    in_one_line = anna.post("/orders", body(customer_address="Via Appia 7, 00183 Roma")).json()

    assert in_parts["method"] == "delivery"
    assert in_parts["delivery_address"] == HOME | {"directions": ""} == in_one_line["delivery_address"]


def test_an_order_outside_the_delivery_area_is_refused_at_its_postal_code(caller):
    DeliveryZoneFactory(codes=["00100"])

    response = caller("customer").post("/orders", body(delivery_address=HOME))

    assert_refused(response, 422, "outside_delivery_area")
    assert invalid_fields(response) == {"delivery_address.zip_code"}


def test_an_order_by_card_is_pending_with_the_page_on_which_it_is_paid(caller, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"

    order = caller("customer").post("/orders", body(payment_method=None)).json()

    assert (order["status"], order["payment"]["method"]) == ("pending", "credit_card")
    assert order["payment"]["url"] == settings.SHOP_ORIGIN + reverse("payments:pay", args=[order["id"]])
    assert PaymentAttempt.objects.get().order.ref.hex == order["id"].replace("-", "")


def test_an_order_by_card_is_refused_in_a_shop_without_a_gateway(caller):
    response = caller("customer").post("/orders", body(payment_method=None))

    assert_refused(response, 422, "payment_method_not_offered")
    assert invalid_fields(response) == {"payment_method"}


def test_an_order_is_refused_at_another_total_than_was_expected(caller):
    anna = caller("customer")

    assert_refused(anna.post("/orders", body(expected_total="12.98")), 409, "total_changed")
    assert anna.post("/orders", body(expected_total="14.99", tip="2.00")).json()["total"] == "14.99"


def test_an_order_at_capacity_is_refused_with_the_seconds_to_wait(caller):
    Kitchen.objects.update(max_concurrent_orders=1)
    anna = caller("customer")
    anna.post("/orders", body())

    response = anna.post("/orders", body())

    assert_refused(response, 409, "kitchen_full")
    assert response.headers["Retry-After"] == str(8 * 60)
    assert "at capacity. Please try again in about 8 minutes." in response.json()["detail"]


def test_what_is_sold_out_is_refused(caller):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    assert_refused(caller("customer").post("/orders", body()), 409, "sold_out")


def test_unknown_codes_are_counted_and_then_known_ones_are_refused_as_well(caller, settings):
    settings.SHOP_COUPONS_PER_HOUR = 2
    CouponFactory(code="FRIDAY")
    anna = caller("customer")
    for guess in ("A", "B", "C"):
        anna.post("/orders/quote", body(coupon=guess))

    response = anna.post("/orders/quote", body(coupon="FRIDAY"))

    assert_refused(response, 429, "too_many_attempts")
    assert int(response.headers["Retry-After"]) > 0


def test_what_was_ordered_without_a_basket_can_be_put_into_one(caller):
    anna = caller("customer")
    chosen = {"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"], "without": ["pepperoni"]}
    order = anna.post("/orders", body(pizzas=[chosen | {"quantity": 2}], items=[{"item_id": "cola"}])).json()
    by, basket = shop.acting_as(CUSTOMER, anna.user.pk), uuid7()

    order_services.copy_basket_of(order=order["id"], into=basket, by=by, at=FRIDAY_NIGHT)

    copied = Basket.objects.get(ref=basket)
    assert shop.total_of(copied) == Decimal(order["total"])
    assert [line.parsed_selection for line in copied.lines.all()] == [
        shop.pizza("pepperoni", size="large", added=("olives",), left_out=("pepperoni",)),
        shop.simple_item(),
    ]


# --- Idempotency ---


def test_an_order_that_is_sent_again_with_its_key_is_placed_once(caller):
    anna = caller("customer")

    first, again = (anna.post("/orders", body(), key="order-1") for _time in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert Order.objects.count() == 1


def test_an_order_that_is_sent_again_is_answered_as_it_is_now(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body(), key="order-1").json()
    kitchen_services.start_cooking(ref=order["id"], by=chef, at=FRIDAY_NIGHT)

    again = anna.post("/orders", body(), key="order-1")

    assert (again.status_code, again.json()["status"]) == (201, "cooking")


def test_a_key_is_refused_with_another_order_and_free_for_another_caller(caller):
    anna, berta = caller("customer"), caller("customer", "berta")
    anna.post("/orders", body(), key="order-1")

    assert_refused(anna.post("/orders", body(tip="1.00"), key="order-1"), 422, "idempotency_key_reused")
    assert berta.post("/orders", body(tip="1.00"), key="order-1").status_code == 201


def test_a_refused_order_leaves_its_key_for_the_corrected_one(caller):
    anna = caller("customer")
    anna.post("/orders", body(expected_total="1.00"), key="order-1")

    assert anna.post("/orders", body(), key="order-1").status_code == 201


@pytest.mark.parametrize("key", ["two words", "é", "k" * 256, "tab\t"])
def test_a_key_with_other_than_visible_characters_is_invalid(caller, key):
    assert invalid_fields(caller("customer").post("/orders", body(), key=key)) == {"Idempotency-Key"}
    assert nothing_is_written()


# --- Quotes ---


def test_a_quote_has_the_price_and_the_promise_of_the_order_and_places_nothing(caller):
    DeliveryZoneFactory(fee=Decimal("3.50"))
    CouponFactory(code="FRIDAY", value=Decimal("5.00"))
    anna, sent = caller("customer"), body(delivery_address=HOME, coupon="FRIDAY", tip="1.50")

    quote = anna.post("/orders/quote", sent).json()

    assert nothing_is_written()
    order = anna.post("/orders", sent | {"expected_total": quote["total"]}).json()
    shared = ("lines_total", "adjustments", "tax_lines", "total", "total_amount", "promise")
    assert {name: quote[name] for name in shared} == {name: order[name] for name in shared}
    assert [(part["kind"], part["amount"]) for part in quote["adjustments"]] == [
        ("discount", "-5.00"),
        ("delivery_fee", "3.50"),
        ("tip", "1.50"),
    ]
    assert quote["trace"] == Order.objects.get(ref=order["id"]).price_trace


def test_a_quote_of_a_full_kitchen_has_a_price_and_no_promise(caller):
    Kitchen.objects.update(max_concurrent_orders=1)
    shop.place()

    quote = caller("customer").post("/orders/quote", body()).json()

    assert (quote["total"], quote["accepts_orders"], quote["promise"]) == ("12.99", False, None)
    assert "at capacity" in quote["message"]


# --- Reading ---


def test_a_customer_reads_own_orders_only_and_staff_all(caller):
    anna, berta, ciro = caller("customer"), caller("customer", "berta"), caller("chef")
    order = anna.post("/orders", body()).json()["id"]
    guests = shop.place()

    assert [each["id"] for each in anna.get("/orders").json()["items"]] == [order]
    assert berta.get("/orders").json() == {"items": [], "next_cursor": None}
    assert [each["id"] for each in ciro.get("/orders").json()["items"]] == [str(guests.ref), order]
    for path in ("", "/events"):
        assert_refused(berta.get(f"/orders/{order}{path}"), 404, "order_not_found")
        assert_refused(anna.get(f"/orders/{guests.ref}{path}"), 404, "order_not_found")
        assert ciro.get(f"/orders/{order}{path}").status_code == 200
    assert_refused(berta.delete(f"/orders/{order}"), 404, "order_not_found")
    assert_refused(ciro.get(f"/orders/{uuid7()}"), 404, "order_not_found")
    assert_refused(anna.get("/orders/1"), 404, "not_found")


def test_a_driver_reads_ready_deliveries_and_the_contact_of_the_own_tour_only(caller, chef):
    dina = caller("driver")
    dina.get("/me")
    driver = shop.acting_as(DRIVER, dina.user.pk)
    pickup, cooking = shop.place(), shop.place(method=FulfillmentMethod.DELIVERY)
    free, own, others = (shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef) for _each in range(3))
    delivery_services.claim_delivery(ref=own.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.claim_delivery(ref=others.ref, by=shop.hire(DRIVER), at=FRIDAY_NIGHT)

    seen = {each["id"]: each for each in dina.get("/orders").json()["items"]}

    assert seen.keys() == {str(free.ref), str(own.ref)}
    assert (seen[str(own.ref)]["customer_name"], seen[str(free.ref)]["customer_name"]) == ("Anna Bianchi", "")
    assert seen[str(free.ref)]["customer_phone"] == ""
    assert seen[str(free.ref)]["delivery_address"]["street"] == ""
    for order in (pickup, cooking, others):
        assert_refused(dina.get(f"/orders/{order.ref}"), 404, "order_not_found")


def test_orders_are_paged_by_cursor_newest_first(caller):
    placed = [str(shop.place().ref) for _each in range(5)]
    ciro = caller("chef")

    first = ciro.get("/orders?limit=2").json()
    late = shop.place()
    second = ciro.get(f"/orders?limit=2&cursor={first['next_cursor']}").json()
    third = ciro.get(f"/orders?limit=2&cursor={second['next_cursor']}").json()

    shown = [each["id"] for page in (first, second, third) for each in page["items"]]
    assert shown == placed[::-1]
    assert str(late.ref) not in shown
    assert third["next_cursor"] is None


def test_orders_are_filtered_by_status_and_by_time(caller, chef):
    cooking, waiting, cancelled = (shop.place() for _each in range(3))
    kitchen_services.start_cooking(ref=cooking.ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=cancelled.ref, reason="too_busy", by=chef, at=FRIDAY_NIGHT)
    ciro = caller("chef")

    def found(query):
        return {each["id"] for each in ciro.get(f"/orders?{query}").json()["items"]}

    assert found("status=active") == {str(cooking.ref), str(waiting.ref)}
    assert found("status=cooking") == {str(cooking.ref)}
    assert found("since=2026-11-20T19:00:00Z&status=cancelled") == {str(cancelled.ref)}
    assert found("since=2026-11-20T19:00:01Z") == found("until=2026-11-20T19:00:00Z") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=eaten", "status"),
        ("limit=0", "limit"),
        ("limit=1000000", "limit"),
        ("cursor=1", "cursor"),
        ("cursor=0197c2a0-0000-7000-8000-000000000000", "cursor"),
        ("since=yesterday", "since"),
        ("since=2026-11-20T19:00:00", "since"),
        ("status=%00", "status"),
    ],
)
def test_an_invalid_filter_is_named(caller, query, field):
    assert invalid_fields(caller("chef").get(f"/orders?{query}")) == {field}


def test_an_order_is_not_sent_again_until_it_changes(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    known = {"If-None-Match": anna.get(f"/orders/{order}").headers["ETag"]}

    assert anna.get(f"/orders/{order}", **known).status_code == 304

    kitchen_services.start_cooking(ref=order, by=chef, at=FRIDAY_NIGHT)
    assert anna.get(f"/orders/{order}", **known).json()["status"] == "cooking"


def test_staff_read_who_has_worked_on_an_order_and_customers_do_not(caller):
    ciro, anna = caller("chef", given_name="Ciro"), caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    ciro.get("/me")
    cook = shop.acting_as(KITCHEN, ciro.user.pk)
    kitchen_services.start_cooking(ref=order, by=cook, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=order, by=cook, at=FRIDAY_NIGHT)
    kitchen_services.recall_ticket(ref=order, by=cook, at=FRIDAY_NIGHT)

    of_staff, of_customer = ciro.get(f"/orders/{order}").json(), anna.get(f"/orders/{order}").json()

    assert (of_staff["cooked_by"], of_staff["readied_by"]) == ("Ciro", None)
    assert of_customer["cooked_by"] is None


def test_the_events_of_an_order_name_no_staff(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    kitchen_services.start_cooking(ref=order, by=chef, at=FRIDAY_NIGHT)

    events = anna.get(f"/orders/{order}/events").json()

    assert [(event["seq"], event["type"], event["actor"]) for event in events] == [
        (1, "order.placed.v3", "customer"),
        (2, "order.confirmed.v1", "customer"),
        (3, "order.cooking_started.v1", "staff"),
    ]
    assert events[0]["data"]["total"] == "12.99"
    assert events[2]["data"] == {}


def test_a_list_of_orders_takes_the_same_queries_however_long_it_is(caller, django_assert_max_num_queries):
    ciro = caller("chef")
    ciro.get("/me")
    for _each in range(5):
        shop.place(shop.basket_of(shop.pizza(added=("olives",)), shop.simple_item()))

    with django_assert_max_num_queries(7):  # user, orders, lines, parts, adjustments, steps and their users
        assert len(ciro.get("/orders").json()["items"]) == 5


# --- Cancelling and handing over ---


def test_a_customer_cancels_an_own_order_without_a_reason_until_it_cooks(caller, chef):
    anna = caller("customer")
    order, cooking = (anna.post("/orders", body()).json()["id"] for _each in range(2))
    kitchen_services.start_cooking(ref=cooking, by=chef, at=FRIDAY_NIGHT)

    cancelled = anna.delete(f"/orders/{order}")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert Order.objects.get(ref=order).cancel_reason == "changed_mind"
    assert_refused(anna.delete(f"/orders/{order}"), 409, "order_state_conflict")
    assert_refused(anna.delete(f"/orders/{cooking}"), 409, "too_late_to_cancel")


def test_staff_must_give_a_reason_to_cancel(caller):
    order, ciro = shop.place(), caller("chef")

    assert_refused(ciro.delete(f"/orders/{order.ref}"), 422, "reason_missing")
    assert invalid_fields(ciro.delete(f"/orders/{order.ref}?reason=boredom")) == {"reason"}
    assert_refused(ciro.delete(f"/orders/{order.ref}?reason=other"), 422, "reason_missing")

    assert ciro.delete(f"/orders/{order.ref}?reason=other&note=No+gas").json()["status"] == "cancelled"
    order.contact.refresh_from_db()
    assert order.contact.reason_note == "No gas"


def test_an_order_is_handed_over_once_however_often_it_is_sent_with_its_key(caller, chef):
    order, ciro = shop.cooked(shop.place(), by=chef), caller("chef")

    answers = [ciro.post(f"/orders/{order.ref}/hand-over", key="h1") for _time in range(2)]

    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "delivered")] * 2
    assert answers[0].json()["payment"]["paid"] == "12.99"
    assert_refused(ciro.post(f"/orders/{order.ref}/hand-over"), 409, "order_state_conflict")
    order.refresh_from_db()
    assert (order.status, order.paid) == (OrderStatus.DELIVERED, Decimal("12.99"))


def test_an_order_takes_the_statements_of_the_checkout_and_those_of_its_answer(caller, django_assert_max_num_queries):
    anna = caller("customer")
    anna.post("/orders", body())

    with django_assert_max_num_queries(20 + 2 + 1 + 4):  # with savepoints; the user; order, lines, parts, adjustments
        anna.post("/orders", body(), key="order-2")
