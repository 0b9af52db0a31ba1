"""What a guest agrees to: what the dish is, from the basket to the ticket."""

import pytest
from django.urls import reverse

from kitchen.models import Ticket
from menu.models import Pizza, Topping
from orders import replay
from orders.events import OrderPlaced
from orders.models import Order
from orders.notifications.messages import message_for
from orders.notifications.services import create_notifications
from orders.services.order_lines import line_rows
from pizzeria.foundation.events.domain_events import load_data
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


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
    assert StoredEvent.objects.get(type="order.placed.v4").data["lines"][0]["declaration"] == declaration
    assert Ticket.objects.get().items[0]["contains"] == ["sulphites"]
    assert list(replay.differences()) == []


# The data of an event as the first release stored it.
PLACED_V1 = {
    "kitchen": "01a22571-c4bb-7fc0-aeca-026ccf3c7023",
    "customer": None,
    "number": 1,
    "business_date": "2026-11-20",
    "method": "pickup",
    "promise_from": "2026-11-20T19:10:00Z",
    "promise_until": "2026-11-20T19:20:00Z",
    "lines": [
        {
            "kind": "pizza",
            "slug": "margherita",
            "name": "Margherita",
            "size": "small",
            "size_name": "Small",
            "quantity": 1,
            "unit_price": "12.99",
            "minutes": 8,
            "parts": [{"slug": "margherita", "name": "Margherita", "recipe": [], "added": [], "left_out": []}],
        }
    ],
    "lines_total": "12.99",
    "adjustments": [],
    "tax_lines": [{"rate": "10", "base": "11.81", "tax": "1.18"}],
    "tax_included": True,
    "total": "12.99",
    "payment_method": "cash",
}


def test_the_stored_event_of_the_first_release_is_read_without_declarations():
    placed = load_data("order.placed.v1", PLACED_V1)

    assert isinstance(placed, OrderPlaced)
    assert [(line.name, line.declaration) for line in placed.lines] == [("Margherita", None)]
    assert [row.declaration for row in line_rows(Order(), placed.lines)] == [None]


def test_the_stored_event_of_the_second_release_is_read_with_its_declarations_and_without_tax_rates_and_trace():
    declaration = {"diet_labels": ["vegetarian"], "allergens": ["milk"], "is_complete": True}
    lines = [{**line, "declaration": declaration} for line in PLACED_V1["lines"]]

    placed = load_data("order.placed.v2", {**PLACED_V1, "lines": lines})

    [line] = placed.lines
    assert line.declaration.allergens == ("milk",)
    assert (line.tax_rate, placed.trace) == (None, None)


def test_the_stored_event_of_the_third_release_is_read_as_an_order_for_as_soon_as_possible():
    lines = [{**line, "declaration": None, "tax_rate": "10"} for line in PLACED_V1["lines"]]

    placed = load_data("order.placed.v3", {**PLACED_V1, "lines": lines, "trace": None})

    assert (placed.type, placed.wanted_at) == ("order.placed.v4", None)
    assert placed.lines[0].tax_rate == 10


def test_an_undeclared_item_is_said_to_be_so_on_the_ticket_and_in_the_email():
    Pizza.objects.update(allergens=["milk"], allergens_declared=False)
    order = shop.place(at=FRIDAY_NIGHT)

    [item] = Ticket.objects.get().items
    assert (item["contains"], item["is_declared"]) == ([], False)
    create_notifications(event_id=StoredEvent.objects.get(type="order.confirmed.v1").pk, at=FRIDAY_NIGHT)
    message = message_for(order.notifications.select_related("order__contact", "event").get(channel="email"))
    assert "not all allergens are declared: please ask us" in message.text
    assert "not all allergens are declared: please ask us" in message.html
