import re
from dataclasses import replace

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from menu.models import Pizza, Topping
from orders import services as order_services
from orders.models import CancelReason, OrderLine
from orders.models.contact import new_guest_token
from pizzeria.foundation import clock
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_the_order_page_opens_with_the_guest_token_alone(client, placed_order):
    page = client.get(link(placed_order))

    assert page.status_code == 200
    assert page.context["order"].headline == "We have your order"
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]


def test_the_order_page_with_a_wrong_guest_token_or_that_of_another_order_returns_404(client, placed_order):
    other = shop.place()

    for key in (new_guest_token(), other.contact.guest_token, placed_order.contact.guest_token.swapcase()):
        assert client.get(reverse("orders:guest_order", args=[placed_order.ref, key])).status_code == 404
    assert (
        client.get(reverse("orders:guest_order", args=[uuid7(), placed_order.contact.guest_token])).status_code == 404
    )


def test_the_order_page_without_a_guest_token_redirects_a_guest_to_sign_in(client, placed_order):
    response = client.get(reverse("orders:order", args=[placed_order.ref]))

    assert response.url.startswith(reverse("users:sign_in"))


def test_the_order_page_of_a_customer_opens_only_for_its_owner_cooks_and_managers(sign_in, kitchen):
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


def test_the_order_page_of_a_customer_does_not_open_with_a_guest_token(client, sign_in, kitchen):
    order = shop.place(by=shop.acting_as(CUSTOMER, sign_in(CUSTOMER).user.pk))
    client.logout()

    assert client.get(reverse("orders:guest_order", args=[order.ref, new_guest_token()])).status_code == 404


def test_the_order_page_shows_the_state_of_each_step_until_the_order_is_handed_over(client, placed_order, chef):
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


def test_an_htmx_request_to_the_order_page_gets_the_changing_part_and_the_title(client, placed_order, chef):
    order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.SOLD_OUT, by=chef, at=FRIDAY_NIGHT)

    part = client.get(link(placed_order), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert f"<title>This order was cancelled · Order {placed_order.number} · " in part
    assert "Nothing to pay" in part
    assert "Keep this link" not in part
    assert "hx-get" not in part  # it does not refresh itself any more


def test_the_order_page_offers_cancelling_to_staff_as_long_as_the_order_is_active(client, sign_in, placed_order, chef):
    shop.cooked(placed_order, by=chef)
    address = reverse("orders:order", args=[placed_order.ref])

    assert "Cancel this order" not in client.get(link(placed_order)).content.decode()
    page = sign_in(KITCHEN).get(address).content.decode()
    assert "Cancel this order" in page
    assert "Until it goes into the oven" not in page

    order_services.hand_over(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert "Cancel this order" not in client.get(address).content.decode()


@pytest.mark.parametrize("lines", [1, 8])
def test_the_order_page_takes_at_most_six_queries(client, kitchen, django_assert_max_num_queries, lines):
    sizes = ["small", "medium", "large"]
    choices = [shop.pizza(size=sizes[n % 3], added=("olives", "basil", "mushrooms")[: n // 3]) for n in range(lines)]
    order = shop.place(shop.basket_of(*choices))

    with django_assert_max_num_queries(6):
        client.get(link(order))


@pytest.mark.parametrize("many", [11, 21])
def test_the_history_lists_all_of_a_customers_own_orders_newest_first_on_pages_of_at_most_seven_queries(
    sign_in, kitchen, django_assert_max_num_queries, many
):
    browser, history = sign_in(CUSTOMER), reverse("orders:history")
    by = shop.acting_as(CUSTOMER, browser.user.pk)
    Kitchen.objects.update(max_concurrent_orders=99)
    shop.place()
    mine = [shop.place(by=by).number for _ in range(many)]

    with django_assert_max_num_queries(6):  # user, permissions, count, orders, lines; and the session
        page = browser.get(history)
    shown = [row.number for row in page.context["orders"]]
    while older := re.search(r'rel="next"\s+href="([^"]+)"', page.content.decode()):
        page = browser.get(history + older[1])
        shown += [row.number for row in page.context["orders"]]

    assert shown == mine[::-1]


@pytest.mark.parametrize(
    ("method", "before", "once_ready"),
    [
        (FulfillmentMethod.PICKUP, {"sold_out", "too_busy"}, {"not_collected"}),
        (FulfillmentMethod.DELIVERY, {"sold_out", "too_busy"}, {"nobody_home", "wrong_address"}),
    ],
)
def test_the_cancel_page_offers_staff_the_reasons_that_fit_the_method_and_the_status(
    sign_in, kitchen, method, before, once_ready
):
    order, always = shop.place(method=method), {"changed_mind", "other"}
    address = reverse("orders:cancel", args=[order.ref])
    browser = sign_in(KITCHEN)

    def offered():
        return {value for value, _label in browser.get(address).context["form"].fields["reason"].choices}

    assert offered() == before | always
    shop.cooked(order, by=shop.acting_as(KITCHEN))
    assert offered() == once_ready | always


def test_the_promise_for_another_day_has_its_date_on_the_page(client, placed_order):
    html = client.get(link(placed_order)).content.decode()  # the order was placed on a Friday night long ago

    assert ">Fri 20 Nov, 20:10</time>" in html


@pytest.mark.usefixtures("tonight")
def test_a_page_of_tonight_shows_times_without_a_date(client, kitchen):
    order = shop.place()

    html = client.get(link(order)).content.decode()
    times = re.search(r'class="promise-times">(.*?)</span>\n', html, re.DOTALL)[1]
    assert re.findall(r"<time[^>]*>(.*?)</time>", times) == [
        clock.wall_clock(order.promise_from),
        clock.wall_clock(order.promise_until),
    ]


def test_the_page_does_not_claim_that_its_link_is_the_only_way_back(client, placed_order):
    html = client.get(link(placed_order)).content.decode()

    assert "Keep this link." in html
    assert "only way" not in html


@pytest.mark.parametrize("name", ["אנה", "آنا"])
def test_a_name_written_from_right_to_left_is_isolated_from_the_number_beside_it(client, kitchen, name):
    order = shop.place(contact=replace(shop.ANNA, name=name))

    html = client.get(link(order)).content.decode()
    assert f"<bdi>{name}</bdi>" in html
    assert "<bdi>+39 06 1234 5678</bdi>" in html


def test_an_order_that_costs_nothing_is_not_said_to_be_paid_in_cash(client, kitchen):
    Pizza.objects.update(base_price=0)
    order = shop.place()

    html = client.get(link(order)).content.decode()
    assert "Nothing to pay" in html
    assert "Paid in cash" not in html


def test_the_receipt_says_what_each_item_contains_as_it_was_ordered(client, kitchen):
    Pizza.objects.update(allergens=["milk"])
    order = shop.place(shop.basket_of(shop.pizza(added=("pepperoni",))))
    Pizza.objects.update(allergens=[])
    Topping.objects.update(diet="meat")

    html = client.get(link(order)).content.decode()
    assert "Contains milk" in html
    assert "diet-label-vegetarian" in html


def test_the_receipt_of_an_order_from_before_declarations_says_nothing_of_them(client, placed_order):
    OrderLine.objects.update(declaration=None)

    html = client.get(link(placed_order)).content.decode()
    assert 'class="allergens"' not in html
