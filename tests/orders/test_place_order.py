from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from kitchen.capacity import KitchenClosed, KitchenFull
from kitchen.models import Kitchen, Ticket, TicketState
from menu.models import Pizza, Topping
from menu.prices import SoldOut
from menu.services import mark_sold_out
from orders import services as order_services
from orders.models import Order, OrderContact, OrderStatus
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.idempotency.keys import IdempotentRequest, KeyReused
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

DRINKS = {"slug": "drinks", "name": "Drinks"}
NOTHING_IN_IT = {"contains": [], "is_declared": True}


def test_placing_an_order_creates_a_confirmed_order_with_a_waiting_ticket():
    basket = shop.basket_of(shop.pizza("pepperoni", size="large", added=("olives",)), shop.simple_item())

    order = shop.place(basket)

    order.refresh_from_db()
    assert order.status == OrderStatus.CONFIRMED
    assert order.total == Decimal("26.48") + Decimal("3.20")  # 14.99 x 1.60 = 23.984, + 2.50, half-up once
    ticket = Ticket.objects.get(ref=order.ref)
    assert (ticket.state, ticket.label) == (TicketState.WAITING, f"#{order.number}")
    assert ticket.items == [
        {
            "quantity": 1,
            "name": "Pepperoni",
            "size": "Large",
            "added": ["Olives"],
            "left_out": [],
            "station": {"slug": "pizzas", "name": "Pizzas"},
            "contains": [],
            "is_declared": True,
        },
        {"quantity": 1, "name": "Cola", "size": "", "added": [], "left_out": [], "station": DRINKS, **NOTHING_IN_IT},
    ]


def test_placing_an_order_records_two_events_each_with_an_outbox_entry():
    order = shop.place()

    events = StoredEvent.objects.filter(aggregate_ref=order.ref)
    assert [(event.seq, event.type, event.actor) for event in events] == [
        (1, "order.placed.v4", "guest"),
        (2, "order.confirmed.v1", "guest"),
    ]
    assert OutboxEntry.objects.filter(event__in=events, relayed_at=None, dead_lettered_at=None).count() == 2


def test_the_events_of_an_order_contain_no_personal_data_and_no_free_text():
    contact = order_services.ContactDetails("Zsa Zsa", "+390612345678", "zsa@example.com", "peanuts!", "ring twice")

    order = shop.place(contact=contact)

    written = " ".join(str(event.data) for event in StoredEvent.objects.filter(aggregate_ref=order.ref))
    for personal in ("Zsa", "612345678", "zsa@", "peanuts", "ring", OrderContact.objects.get(order=order).guest_token):
        assert personal not in written


def test_an_order_is_promised_for_when_the_guest_gets_the_pizza():
    order = shop.place()  # a Margherita: 8 minutes, 2 to hand over

    assert (order.promise_from - FRIDAY_NIGHT).total_seconds() == 10 * 60
    assert (order.promise_until - order.promise_from).total_seconds() == 10 * 60


def test_orders_are_numbered_from_one_each_business_day(kitchen):
    at_two = FRIDAY_NIGHT.replace(day=21, hour=1)  # 02:00 on the wall clock: still Friday's business day
    on_saturday = FRIDAY_NIGHT.replace(day=21)

    numbers = [shop.place(at=at).number for at in (FRIDAY_NIGHT, at_two, on_saturday)]

    assert numbers == [1, 2, 1]


def test_the_order_of_a_guest_has_a_guest_token_and_that_of_a_customer_has_none(sign_in):
    user = sign_in().user

    guests, customers = shop.place(), shop.place(by=shop.acting_as(CUSTOMER, user.pk))

    assert len(guests.contact.guest_token) == 43
    assert customers.contact.guest_token == ""
    assert customers.customer.user == user


def test_a_customer_is_registered_with_the_first_order_only(sign_in):
    carla = shop.acting_as(CUSTOMER, sign_in().user.pk)

    first, second = shop.place(by=carla), shop.place(by=carla)

    assert first.customer == second.customer
    types = StoredEvent.objects.filter(aggregate_ref=first.customer.ref).values_list("type", flat=True)
    assert list(types) == ["customer.registered.v1"]


def test_a_placed_order_keeps_its_names_and_prices_when_the_menu_changes():
    order = shop.place()

    Pizza.objects.filter(slug="margherita").update(base_price=99, name="Dearer")

    line = order.lines.get()
    assert (line.name, line.unit_price) == ("Margherita", Decimal("12.99"))


def test_placing_an_order_is_refused_with_both_totals_when_a_price_has_changed():
    basket = shop.basket_of()
    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.99"))

    with pytest.raises(order_services.TotalChanged) as refused:
        shop.place(basket, shown_total=Decimal("12.99"))

    assert (refused.value.shown, refused.value.total) == (Decimal("12.99"), Decimal("13.99"))
    assert "12.99" in refused.value.message
    assert "13.99" in refused.value.message
    assert nothing_is_kept(basket)


@pytest.mark.parametrize("typed", ["0.00", "0.01", "-12.99", "12.98", "13.00"])
def test_placing_an_order_is_refused_for_any_total_but_the_computed_one(typed):
    basket = shop.basket_of()

    with pytest.raises(order_services.TotalChanged):
        shop.place(basket, shown_total=Decimal(typed))

    assert nothing_is_kept(basket)


def test_placing_an_order_is_refused_naming_everything_sold_out_and_the_basket_is_kept():
    basket = shop.basket_of(shop.pizza("margherita"), shop.pizza("pepperoni"), shop.pizza(added=("olives",)))
    total = shop.total_of(basket)
    for item in (Pizza.objects.get(slug="pepperoni"), Topping.objects.get(slug="olives")):
        mark_sold_out(item=item, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    with pytest.raises(SoldOut, match=r"Pepperoni is sold out.*olives"):
        shop.place(basket, shown_total=total)

    assert nothing_is_kept(basket)
    assert basket.lines.count() == 3


def test_placing_an_order_is_refused_for_an_empty_basket():
    basket = shop.basket_of()
    basket.lines.all().delete()

    with pytest.raises(order_services.EmptyBasket):
        shop.place(basket, shown_total=Decimal("0.00"))


def test_a_basket_can_be_ordered_only_once():
    basket = shop.basket_of()
    order = shop.place(basket)

    with pytest.raises(order_services.BasketSpent) as refused:
        shop.place(basket, shown_total=Decimal("12.99"))

    assert refused.value.order_ref == order.ref
    assert Order.objects.count() == 1


def test_placing_an_order_at_capacity_is_refused_with_the_minutes_to_wait(kitchen):
    Kitchen.objects.update(max_concurrent_orders=1)
    first = shop.place()

    with pytest.raises(KitchenFull, match=r"at capacity\. Please try again in about 8 minutes\."):
        shop.place()

    assert Order.objects.get() == first


def test_placing_an_order_is_refused_while_the_kitchen_accepts_no_orders():
    basket = shop.basket_of()
    Kitchen.objects.update(taking_orders=False)

    with pytest.raises(KitchenClosed):
        shop.place(basket)

    assert nothing_is_kept(basket)


def test_placing_an_order_again_with_the_same_idempotency_key_returns_the_same_order():
    basket, key = shop.basket_of(), uuid4()
    idempotency = IdempotentRequest.of(principal="basket:1", key=key, data={"name": "Anna"})

    first = shop.place(basket, idempotency=idempotency)
    again = shop.place(basket, idempotency=idempotency)

    assert again == first
    assert again.contact.guest_token == first.contact.guest_token
    assert Order.objects.count() == 1


def test_placing_an_order_is_refused_for_an_idempotency_key_that_was_used_with_another_form():
    basket, key = shop.basket_of(), uuid4()
    shop.place(basket, idempotency=IdempotentRequest.of(principal="basket:1", key=key, data={"name": "Anna"}))

    with pytest.raises(KeyReused):
        shop.place(
            basket,
            shown_total=Decimal("12.99"),
            idempotency=IdempotentRequest.of(principal="basket:1", key=key, data={"name": "B"}),
        )


def test_a_refused_order_leaves_its_idempotency_key_unused():
    basket, idempotency = shop.basket_of(), IdempotentRequest.of(principal="basket:1", key=uuid4(), data={})
    with pytest.raises(order_services.TotalChanged):
        shop.place(basket, shown_total=Decimal("1.00"), idempotency=idempotency)

    order = shop.place(basket, idempotency=idempotency)

    assert Order.objects.get() == order


@pytest.mark.django_db(transaction=True)
def test_an_order_that_was_never_placed_cannot_be_committed():
    with pytest.raises(IntegrityError, match="was never placed"):
        Order.objects.create(kitchen=Kitchen.objects.get(), method="pickup")

    assert not Order.objects.exists()


@pytest.mark.parametrize("who", ["a guest", "a customer"])
def test_placing_an_order_takes_at_most_17_statements(sign_in, who, django_assert_max_num_queries):
    by = GUEST if who == "a guest" else shop.acting_as(CUSTOMER, sign_in(CUSTOMER).user.pk)
    shop.place(by=by)  # the queue is not empty
    choices = [shop.pizza(added=("olives", "basil")), shop.pizza("pepperoni", added=("mushrooms",)), shop.simple_item()]
    basket, idempotency = shop.basket_of(*choices), IdempotentRequest.of(principal="basket:1", key=uuid4(), data={})
    total = shop.total_of(basket)

    # With SAVEPOINT and RELEASE in place of BEGIN and COMMIT; and all of the menu, which this transaction has changed.
    with django_assert_max_num_queries(16 + 2 + 5):
        shop.place(basket, shown_total=total, by=by, idempotency=idempotency)


def test_the_order_table_has_no_columns_for_personal_data():
    order = shop.place(contact=ANNA)

    columns = [
        column.name
        for column in connection.introspection.get_table_description(connection.cursor(), order._meta.db_table)
    ]
    assert not {"name", "phone", "email", "notes", "allergies", "guest_token"} & set(columns)


def nothing_is_kept(basket) -> bool:
    basket.refresh_from_db()
    return not (Order.objects.exists() or Ticket.objects.exists() or basket.is_spent)
