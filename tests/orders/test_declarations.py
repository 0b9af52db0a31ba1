"""What a guest agrees to: what the dish is, from the basket to the ticket."""

import pytest
from django.urls import reverse

from kitchen.models import Ticket
from menu.models import Pizza, Topping
from orders import replay
from orders.events import OrderPlaced
from orders.models import Order, OrderLine
from pizzeria.foundation.events.domain_events import load_data
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def form(client):
    """Return the data of the checkout form for a Pepperoni, as the page shows it."""
    add(client, item="pepperoni", keep=["pepperoni"])
    return {**ANNA, "allergies": "nuts", **hidden(client.get(reverse("orders:checkout")))}


CHANGES = {
    "recipe": lambda: Pizza.objects.get(slug="pepperoni").recipe.add(Topping.objects.get(slug="basil")),
    "allergens": lambda: Pizza.objects.filter(slug="pepperoni").update(allergens=["nuts"]),
    "allergens of a topping": lambda: Topping.objects.filter(slug="pepperoni").update(allergens=["nuts"]),
    "diet": lambda: Topping.objects.filter(slug="pepperoni").update(diet="vegan", spicy=True),
    "name": lambda: Pizza.objects.filter(slug="pepperoni").update(name="Diavola"),
    "name of a topping": lambda: Topping.objects.filter(slug="pepperoni").update(name="Nduja"),
    "nobody answers for it any more": lambda: Pizza.objects.update(allergens_declared=False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_dish_that_has_changed_since_the_guest_looked_is_shown_again_before_it_is_ordered(client, form, change):
    CHANGES[change]()

    refused = send(client, form)
    assert refused.status_code == 409
    assert "a dish in it, has changed since you looked" in refused.context["refusal"]
    assert not Order.objects.exists()

    assert send(client, form, **hidden(refused)).status_code == 302


def test_what_is_no_part_of_the_dish_may_change(client, form):
    Pizza.objects.update(description="Better than ever.", position=9)
    Topping.objects.exclude(slug="pepperoni").update(allergens=["fish"])

    assert send(client, form).status_code == 302


def test_basket_and_checkout_say_what_each_line_contains(client):
    Pizza.objects.update(allergens=["gluten"])
    Topping.objects.filter(slug="olives").update(allergens=["sulphites"], diet="meat")
    add(client, add=["olives"])

    for name in ("basket", "checkout"):
        html = client.get(reverse(f"orders:{name}")).content.decode()
        assert "Contains gluten, sulphites" in html
        assert "diet-label-vegetarian" not in html


def test_the_order_keeps_what_it_contained_in_its_event_its_row_and_its_ticket():
    Topping.objects.filter(slug="olives").update(allergens=["sulphites"], spicy=True)
    order = shop.place(shop.basket_of(shop.pizza(added=("olives",))))

    declaration = {"diet_labels": ["vegetarian", "spicy"], "allergens": ["sulphites"], "is_complete": True}
    assert order.lines.get().declaration == declaration
    assert StoredEvent.objects.get(type="order.placed.v2").data["lines"][0]["declaration"] == declaration
    assert Ticket.objects.get().items[0]["contains"] == ["sulphites"]
    assert list(replay.differences()) == []


def test_the_stored_event_of_the_first_release_has_no_declarations_and_its_order_can_be_rebuilt():
    order = shop.place()
    event = StoredEvent.objects.get(type="order.placed.v2")
    written_then = {**event.data, "lines": [{**line} for line in event.data["lines"]]}
    for line in written_then["lines"]:
        del line["declaration"]

    placed = load_data("order.placed.v1", written_then)
    assert isinstance(placed, OrderPlaced)
    assert [line.declaration for line in placed.lines] == [None]

    OrderLine.objects.filter(order=order).update(declaration=None)
    [difference] = replay.differences()
    assert difference.startswith(f"order {order.ref}, line 0: declaration is None, its events say {{'diet_labels'")
