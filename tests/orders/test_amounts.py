"""Amounts of orders: in currencies without cents, and up to the largest that can be stored."""

from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen.capacity import OrderTooLarge
from menu.models import Pizza, SimpleItem, Size, Topping
from orders.models import Order
from pizzeria.foundation.money import MAX_AMOUNT
from tests import shop
from tests.factories import SimpleItemFactory, ToppingFactory

pytestmark = pytest.mark.usefixtures("kitchen")

DEAREST = Decimal("99999999.99")


@pytest.fixture
def any_total(change_shop):
    """Make a shop without limits for an order."""
    change_shop(total_per_order=Decimal(0), pizzas_per_order=0)


def test_a_shop_in_yen_shows_and_charges_whole_yen(client, settings):
    settings.SHOP_CURRENCY, settings.SHOP_TAX_INCLUDED = "JPY", False
    Pizza.objects.filter(slug="margherita").update(base_price=1299)
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "medium", "quantity": "2"})

    page = client.get(reverse("orders:checkout"))
    form = page.context["form"]
    shown = {name: form[name].value() for name in ("key", "shown_total", "shown_lines")}
    response = client.post(
        reverse("orders:checkout"), {**shown, "method": "pickup", "name": "Anna", "phone": "+390612345678"}
    )

    order = Order.objects.get()
    assert response.status_code == 302
    assert (order.lines.get().unit_price, order.lines_total, order.tax_total) == (1689, 3378, 338)  # 1688.7, 337.8
    assert order.total == shown["shown_total"] == 3716
    assert "¥3,716" in page.content.decode()


def test_the_dearest_pizza_that_the_admin_accepts_can_be_ordered(any_total):
    Pizza.objects.update(base_price=DEAREST)
    Size.objects.update(factor=Decimal(10))
    added = tuple(ToppingFactory(slug=f"gold-{n}").slug for n in range(10))
    Topping.objects.update(price=DEAREST)

    order = shop.place(shop.basket_of(shop.pizza("margherita", size="large", added=added)))

    assert order.total == DEAREST * 20


def test_an_order_of_more_than_an_amount_can_be_is_refused_where_it_is_shown_and_where_it_is_placed(client, any_total):
    SimpleItem.objects.update(price=DEAREST)
    for slug in ("wine", "champagne", "water", "tea", "coffee"):
        SimpleItemFactory(slug=slug, price=DEAREST)
    slugs = SimpleItem.objects.values_list("slug", flat=True)
    basket = shop.basket_of(*map(shop.simple_item, slugs), quantity=17)
    assert shop.total_of(basket) > MAX_AMOUNT

    with pytest.raises(OrderTooLarge, match=r"For an order of more than €9,999,999,999\.99"):
        shop.place(basket)

    session = client.session
    session["basket"] = str(basket.ref)
    session.save()
    page = client.get(reverse("orders:basket"))
    assert "For an order of more than €9,999,999,999.99" in page.content.decode()
    assert not page.context["basket"].can_check_out
