"""When the guest wants the order: the field of the checkout."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitchen.models import Kitchen, Ticket, TicketState
from orders.models import Order
from tests import shop
from tests.kitchen.opening import every_day, set_hours
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send
from tests.shop import FRIDAY_NIGHT

CHECKOUT = reverse("orders:checkout")
MINUTE = timedelta(minutes=1)
AT_TEN = FRIDAY_NIGHT + 120 * MINUTE
TEN = "2026-11-20T21:00Z"  # 22:00 on the shop's wall clock

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


@pytest.fixture
def later():
    """Let the kitchen take orders for later, of four pizzas in a quarter of an hour, from 18:00 until 23:00."""
    Kitchen.objects.update(max_slot_pizzas=4, later_days=1)
    set_hours(every_day("18:00-23:00"))


@pytest.fixture
def form(client, later):
    """Return the data that the checkout page submits for one Margherita."""
    add(client)
    return {**ANNA, **hidden(client.get(CHECKOUT))}


def choices(page):
    """Return the choices of the field: values of a day by its label, and single ones by theirs."""
    return {label: value for value, label in page.context["form"].fields["wanted_at"].widget.choices if label} | {
        value: [each for each, _label in label]
        for value, label in page.context["form"].fields["wanted_at"].widget.choices
        if isinstance(label, list)
    }


def groups(page):
    return [value for value, _label in page.context["form"].fields["wanted_at"].widget.choices]


def selected(page):
    """Return the value of the option that the browser shows: the selected one, or the first."""
    field = page.context["form"]["wanted_at"]
    options = [
        option
        for _group, options, _index in field.field.widget.optgroups("", [str(field.value())])
        for option in options
    ]
    marked = [option["value"] for option in options if option["selected"]]
    return marked[0] if marked else options[0]["value"]


def test_a_shop_without_orders_for_later_does_not_ask_when(client):
    add(client)

    page = client.get(CHECKOUT)

    assert "wanted_at" not in page.context["form"].fields
    assert "When would you like it?" not in page.content.decode()


def test_the_field_offers_as_soon_as_possible_first_and_then_the_times_by_day(client, form):
    page = client.get(CHECKOUT)

    assert groups(page) == ["asap", "Today, Fri 20 Nov", "Tomorrow, Sat 21 Nov"]
    assert selected(page) == "asap"
    html = page.content.decode()
    assert "Right away, in about 10 minutes" in html
    assert '<optgroup label="Today, Fri 20 Nov">' in html
    assert f'<option value="{TEN}">22:00</option>' in html


def test_an_order_is_placed_for_the_chosen_time_or_as_soon_as_possible(client, form):
    send(client, form, wanted_at=TEN)
    add(client)
    send(client, {**ANNA, **hidden(client.get(CHECKOUT))}, wanted_at="asap")

    assert list(Order.objects.order_by("id").values_list("requested_for", flat=True)) == [AT_TEN, None]
    assert Ticket.objects.get(slot_at__isnull=False).state == TicketState.SCHEDULED


def test_a_form_without_the_field_is_an_order_for_as_soon_as_possible(client, form):
    assert send(client, form).status_code == 302
    assert Order.objects.get().requested_for is None


def test_a_slot_that_has_filled_up_meanwhile_is_refused_at_the_field_with_fresh_choices_and_the_form_as_typed(
    client, form
):
    shop.place(shop.basket_of(quantity=4), wanted_at=AT_TEN)

    page = send(client, form, wanted_at=TEN, notes="ring twice")

    assert page.status_code == 409
    assert "22:00 is taken by now. Please choose another time." in str(page.context["form"].errors["wanted_at"])
    assert selected(page) == ""
    assert page.context["form"]["notes"].value() == "ring twice"
    assert f'value="{TEN}"' not in page.content.decode()
    assert Order.objects.count() == 1

    again = {**form, **hidden(page), "notes": "ring twice"}
    assert send(client, again, wanted_at="").status_code == 422
    assert Order.objects.count() == 1
    assert send(client, again, wanted_at="2026-11-20T21:15Z").status_code == 302


@pytest.mark.parametrize(
    "value", ["tomorrow", "2026-11-20T21:00", "9999-12-31T23:59-12:00", "0001-01-01T00:00Z", "\x00"]
)
def test_a_time_that_nobody_offers_is_refused_at_the_field(client, form, value):
    page = send(client, form, wanted_at=value)

    assert page.status_code == 422
    assert page.context["form"].errors["wanted_at"]
    assert not Order.objects.exists()


def test_a_time_for_a_shop_that_takes_orders_for_later_no_more_is_refused_at_the_field(client, form):
    Kitchen.objects.update(max_slot_pizzas=None)

    page = send(client, form, wanted_at=TEN)

    assert page.status_code == 422
    assert "We take no orders for later." in page.content.decode()
    assert groups(page) == ["", "asap"]


def test_a_closed_shop_offers_no_order_as_soon_as_possible_and_chooses_no_other_day(client, form):
    set_hours(every_day("11:30-14:30"))

    page = client.get(CHECKOUT)

    assert groups(page) == ["", "Tomorrow, Sat 21 Nov"]
    assert selected(page) == ""
    assert "You can order for later." in page.content.decode()
    refused = send(client, {**form, **hidden(page)}, wanted_at="")
    assert "Please choose a time" in str(refused.context["form"].errors["wanted_at"])
    assert send(client, {**form, **hidden(page)}, wanted_at="asap").status_code == 409
    assert not Order.objects.exists()
    assert send(client, {**form, **hidden(page)}, wanted_at="2026-11-21T11:00Z").status_code == 302


@pytest.mark.parametrize("why", ["full", "paused"])
def test_the_basket_can_be_checked_out_for_later_while_the_kitchen_is_full_or_paused(client, form, why):
    if why == "full":
        Kitchen.objects.update(max_concurrent_orders=1)
        shop.place()
    else:
        Kitchen.objects.update(taking_orders=False, paused_until=FRIDAY_NIGHT + 30 * MINUTE)

    assert 'value="checkout"' in client.get(reverse("orders:basket")).content.decode()
    page = client.get(CHECKOUT)
    assert groups(page)[0] == ""
    assert "asap" not in groups(page)
    assert send(client, {**form, **hidden(page)}, wanted_at=TEN).status_code == 302


def test_the_same_form_sent_again_leads_to_the_same_order_also_once_its_slot_is_full(client, form):
    first = send(client, form, wanted_at=TEN)
    shop.place(shop.basket_of(quantity=3), wanted_at=AT_TEN)

    again = send(client, form, wanted_at=TEN)

    assert again.url == first.url
    assert Order.objects.filter(requested_for=AT_TEN).count() == 2


def test_the_times_follow_the_method_when_the_form_is_updated_and_a_blank_choice_stays_blank(client, form):
    """A delivery takes twenty minutes more: the first quarter of a pickup is not offered."""
    first_pickup = "2026-11-20T19:15Z"
    assert f'value="{first_pickup}"' in client.get(CHECKOUT).content.decode()

    delivery = {**form, "method": "delivery", "update": "1"}
    page = send(client, delivery, wanted_at=first_pickup)
    assert f'value="{first_pickup}"' not in page.content.decode()
    assert selected(page) == ""

    assert selected(send(client, delivery, wanted_at="")) == ""
    assert selected(send(client, delivery, wanted_at=TEN)) == TEN
