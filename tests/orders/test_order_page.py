import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.models import CancelReason
from orders.models.contact import new_guest_token
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_opens_with_the_key_alone(client, placed_order):
    page = client.get(link(placed_order))

    assert page.status_code == 200
    assert page.context["order"].headline == "We have your order"
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]


def test_with_a_wrong_key_or_another_orders_is_not_found(client, placed_order):
    other = shop.place()

    for key in (new_guest_token(), other.contact.guest_token, placed_order.contact.guest_token.swapcase()):
        assert client.get(reverse("orders:guest_order", args=[placed_order.ref, key])).status_code == 404
    assert (
        client.get(reverse("orders:guest_order", args=[uuid7(), placed_order.contact.guest_token])).status_code == 404
    )


def test_by_its_ref_alone_asks_a_guest_to_sign_in(client, placed_order):
    response = client.get(reverse("orders:order", args=[placed_order.ref]))

    assert response.url.startswith(reverse("users:sign_in"))


def test_of_a_customer_opens_for_the_owner_and_staff_only(sign_in, kitchen):
    owner = sign_in(CUSTOMER).user
    order = shop.place(by=shop.acting_as(CUSTOMER, owner.pk))
    page = reverse("orders:order", args=[order.ref])

    assert sign_in(CUSTOMER).get(page).status_code == 404
    assert sign_in(DRIVER).get(page).status_code == 404
    assert sign_in(KITCHEN).get(page).status_code == 200
    assert sign_in(MANAGER).get(page).status_code == 200
    browser = sign_in(CUSTOMER)
    browser.force_login(owner)
    assert browser.get(page).status_code == 200


def test_of_a_customer_has_no_link_that_opens_it(client, sign_in, kitchen):
    order = shop.place(by=shop.acting_as(CUSTOMER, sign_in(CUSTOMER).user.pk))
    client.logout()

    assert client.get(reverse("orders:guest_order", args=[order.ref, new_guest_token()])).status_code == 404


def test_tells_each_step_with_its_time(client, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert [step.state for step in client.get(link(placed_order)).context["order"].steps] == [
        "done",
        "now",
        "later",
        "later",
    ]

    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert client.get(link(placed_order)).context["order"].headline == "Ready for you"

    order_services.hand_over(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    detail = client.get(link(placed_order)).context["order"]
    assert (detail.headline, detail.is_active) == ("Enjoy your meal!", False)
    assert {step.state for step in detail.steps} == {"done"}


def test_gives_htmx_all_that_moves_and_its_title(client, placed_order, chef):
    order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.SOLD_OUT, by=chef, at=FRIDAY_NIGHT)

    part = client.get(link(placed_order), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert f"<title>This order was cancelled · Order {placed_order.number} · " in part
    assert "Nothing to pay" in part
    assert "Keep this link" not in part
    assert "hx-get" not in part  # the end of its news


def test_says_to_staff_that_they_can_cancel_it_as_long_as_it_is_open(client, sign_in, placed_order, chef):
    shop.cooked(placed_order, by=chef)
    address = reverse("orders:order", args=[placed_order.ref])

    assert "Cancel this order" not in client.get(link(placed_order)).content.decode()
    page = sign_in(KITCHEN).get(address).content.decode()
    assert "Cancel this order" in page
    assert "Until it goes into the oven" not in page

    order_services.hand_over(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert "Cancel this order" not in client.get(address).content.decode()


@pytest.mark.parametrize("lines", [1, 8])
def test_takes_at_most_five_queries(client, kitchen, django_assert_max_num_queries, lines):
    sizes = ["small", "medium", "large"]
    choices = [shop.pizza(size=sizes[n % 3], added=("olives", "basil", "mushrooms")[: n // 3]) for n in range(lines)]
    order = shop.place(shop.basket_of(*choices))

    with django_assert_max_num_queries(5):
        client.get(link(order))


def test_history_lists_ones_own_newest_first_in_a_constant_number_of_queries(
    sign_in, kitchen, django_assert_max_num_queries
):
    browser = sign_in(CUSTOMER)
    by = shop.acting_as(CUSTOMER, browser.user.pk)
    shop.place()
    mine = [shop.place(by=by) for _ in range(11)]

    with django_assert_max_num_queries(6):  # user, two for permissions, orders, lines; and the session
        rows = browser.get(reverse("orders:history")).context["orders"]

    assert [row.number for row in rows] == [order.number for order in reversed(mine)][:10]


@pytest.mark.parametrize(
    ("method", "before", "once_ready"),
    [
        (FulfillmentMethod.PICKUP, {"sold_out", "too_busy"}, {"not_collected"}),
        (FulfillmentMethod.DELIVERY, {"sold_out", "too_busy"}, {"nobody_home", "wrong_address"}),
    ],
)
def test_offers_staff_the_reasons_there_can_be_to_cancel_it(sign_in, kitchen, method, before, once_ready):
    order, always = shop.place(method=method), {"changed_mind", "other"}
    address = reverse("orders:cancel", args=[order.ref])
    browser = sign_in(KITCHEN)

    def offered():
        return {value for value, _label in browser.get(address).context["form"].fields["reason"].choices}

    assert offered() == before | always
    shop.cooked(order, by=shop.acting_as(KITCHEN))
    assert offered() == once_ready | always
