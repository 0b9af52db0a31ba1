"""Query counts of the selectors of orders: the same for many rows as for two."""

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from menu.models import Topping
from orders import selectors as order_selectors
from orders.backoffice.timeline import timeline
from orders.deliveries import services as delivery_services
from orders.deliveries.selectors import tour
from orders.models import Order, OrderStatus
from orders.selectors.order_list import active_orders, all_orders, ready_orders
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests import shop
from tests.factories import UserFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

FEW_AND_MANY = pytest.mark.parametrize("many", [2, 6])


def ready_by_status():
    return all_orders(status=OrderStatus.READY)


@FEW_AND_MANY
@pytest.mark.parametrize("read", [active_orders, ready_orders, all_orders, ready_by_status])
def test_a_list_of_orders_takes_one_query_with_the_contacts(many, read, chef, django_assert_num_queries):
    for _ in range(many):
        shop.cooked(shop.place(), by=chef)

    with django_assert_num_queries(1):
        names = [order.contact.name for order in read()]

    assert names == ["Anna Bianchi"] * many


@FEW_AND_MANY
def test_the_orders_of_a_customer_take_two_queries(many, sign_in, django_assert_num_queries):
    carla = shop.acting_as(CUSTOMER, sign_in(CUSTOMER).user.pk)
    for _ in range(many):
        shop.place(by=carla)

    with django_assert_num_queries(2):
        rows = [order_selectors.order_row(order) for order in order_selectors.orders_of(carla)]

    assert [row.number for row in rows] == list(range(many, 0, -1))


def test_a_guest_has_no_history_of_orders(guest):
    shop.place(by=guest)

    assert list(order_selectors.orders_of(guest)) == []


@FEW_AND_MANY
def test_the_tour_takes_one_query_however_many_drivers_there_are(many, chef, django_assert_num_queries):
    dina, *others = [shop.acting_as(DRIVER, UserFactory().pk) for _ in range(many)]
    for driver in (dina, *others):
        for steps in (
            [],
            [delivery_services.claim_delivery],
            [delivery_services.claim_delivery, delivery_services.leave_for_delivery],
        ):
            order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
            for step in steps:
                step(ref=order.ref, by=driver, at=FRIDAY_NIGHT)

    with django_assert_num_queries(1):
        seen = tour(dina)

    assert (len(seen.own_at_counter), len(seen.own_on_road), len(seen.unassigned)) == (1, 1, many)
    assert len(seen.others_at_counter) == len(seen.others_on_road) == many - 1


@FEW_AND_MANY
def test_the_timeline_of_an_order_takes_nine_queries_however_many_users_acted(
    many, placed_order, django_assert_num_queries
):
    cooks = [shop.acting_as(KITCHEN, UserFactory(first_name=f"Ciro {number}").pk) for number in range(many)]
    shop.cooked(placed_order, by=cooks[0])
    for cook in cooks[1:]:
        kitchen_services.recall_ticket(ref=placed_order.ref, by=cook, at=FRIDAY_NIGHT)
        kitchen_services.finish_ticket(ref=placed_order.ref, by=cook, at=FRIDAY_NIGHT)

    with django_assert_num_queries(9):
        entries = timeline(placed_order)

    assert len({entry.actor for entry in entries if entry.actor}) == many + 1  # and the guest


@FEW_AND_MANY
def test_the_detail_of_one_order_takes_three_queries(many, django_assert_num_queries):
    placed = shop.place(basket_of(many))
    order = Order.objects.select_related("contact").get(pk=placed.pk)

    with django_assert_num_queries(3):
        summary = order_selectors.order_detail(order, at=FRIDAY_NIGHT)

    assert len(summary.lines) == many


@FEW_AND_MANY
def test_the_basket_summary_takes_nine_queries_where_the_menu_has_been_changed(many, django_assert_num_queries):
    basket = basket_of(many)
    Topping.objects.filter(slug="olives").update(spicy=True)

    with django_assert_num_queries(9):  # its lines, five for the menu, the delivery area, the kitchen and its queue
        summary = order_selectors.basket(basket.ref, at=FRIDAY_NIGHT)

    assert len(summary.lines) == many


@FEW_AND_MANY
def test_the_basket_summary_takes_five_queries_of_a_menu_that_the_process_has_read(many, django_assert_num_queries):
    basket = basket_of(many)

    with django_assert_num_queries(5):  # its lines, the menu's version, the delivery area, the kitchen and its queue
        summary = order_selectors.basket(basket.ref, at=FRIDAY_NIGHT)

    assert len(summary.lines) == many


@FEW_AND_MANY
def test_the_page_of_all_orders_takes_three_queries(many, sign_in, django_assert_num_queries):
    for _ in range(many):
        shop.place()
    browser = sign_in(KITCHEN)
    browser.get(reverse("menu:index"))  # the unread count in the header is cached from then on

    with django_assert_num_queries(3):  # user, permissions, the orders of the page
        page = browser.get(reverse("orders:all"))

    assert page.content.decode().count("Anna Bianchi") == many


def basket_of(many):
    """Return a basket with some number of different pizzas."""
    toppings = [(), ("olives",), ("basil",), ("mushrooms",)]
    pizzas = [
        shop.pizza(slug, size=size, added=added)
        for slug in ("margherita", "pepperoni")
        for size in ("small", "medium", "large")
        for added in toppings
    ]
    return shop.basket_of(*pizzas[:many])
