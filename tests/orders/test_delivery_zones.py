from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen.models import FulfillmentMethod, Ticket
from kitchen.services import recalculate_promises
from orders import replay
from orders import services as order_services
from orders.models import DeliveryZone, Order
from orders.price_check import differences
from orders.selectors.delivery_area import delivery_terms
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.factories import DeliveryZoneFactory
from tests.orders.payments.refund_helpers import paid_by_card
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden
from tests.shop import AT_HOME, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

DELIVERY = FulfillmentMethod.DELIVERY
ADDRESS = {**ANNA, "method": "delivery", "street": "Via Appia 7", "city": "Roma"}


def test_a_shop_without_zones_delivers_everywhere_for_nothing():
    order = shop.place(method=DELIVERY)

    assert order.total == Decimal("12.99")
    assert order.totals.adjustments == ()


def test_a_delivery_costs_the_fee_of_its_zone_which_is_taxed_at_the_rate_of_deliveries(settings):
    settings.SHOP_TAX_PERCENTS = {"food": Decimal(10), "drink": Decimal(22), "delivery": Decimal(22)}
    DeliveryZoneFactory(slug="appio", fee=Decimal("3.50"))

    order = shop.place(method=DELIVERY)

    assert order.total == Decimal("16.49")
    [fee] = order.totals.adjustments
    assert (fee.kind, fee.code, fee.amount, fee.tax_rate) == ("delivery_fee", "appio", Decimal("3.50"), Decimal(22))
    assert [(line.rate, line.tax) for line in order.totals.tax_lines] == [(10, Decimal("1.18")), (22, Decimal("0.63"))]
    assert list(replay.differences()) == []
    assert differences(StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data) == []


@pytest.mark.parametrize(("free_from", "total"), [("12.99", "12.99"), ("13.00", "16.49")])
def test_a_delivery_is_free_from_a_total_of_food_and_drinks_on(free_from, total):
    DeliveryZoneFactory(free_from=Decimal(free_from))

    assert shop.place(method=DELIVERY).total == Decimal(total)


def test_a_pickup_costs_no_fee():
    DeliveryZoneFactory()

    assert shop.place().total == Decimal("12.99")


@pytest.mark.parametrize(
    ("postal_code", "sentence"),
    [
        ("99999", "We do not deliver to 99999. You can pick it up instead."),
        ("", "Please tell us your postal code, so that we know whether we deliver there."),
    ],
)
def test_a_delivery_outside_the_zones_is_refused(client, postal_code, sentence):
    DeliveryZoneFactory()
    add(client)
    page = client.get(reverse("orders:checkout"))

    response = client.post(reverse("orders:checkout"), {**ADDRESS, "postal_code": postal_code, **hidden(page)})

    assert response.status_code == 422
    assert response.context["form"].errors["postal_code"] == [sentence]
    assert response.context["form"]["street"].value() == "Via Appia 7"
    assert not Order.objects.exists()


def test_a_delivery_below_the_minimum_of_its_zone_is_refused_and_one_at_the_minimum_is_not():
    zone = DeliveryZoneFactory(name="Appio", minimum=Decimal("13.00"))

    with pytest.raises(order_services.BelowMinimum, match=r"We deliver to Appio from €13\.00 of food and drinks on\."):
        shop.place(method=DELIVERY)

    zone.minimum = Decimal("12.99")
    zone.save()
    assert shop.place(method=DELIVERY).number == 1


def test_nothing_is_delivered_to_a_zone_that_is_not_active_but_another_zone_stays_as_it_is():
    DeliveryZoneFactory(codes=["00153"])
    DeliveryZoneFactory(is_active=False)

    with pytest.raises(order_services.OutsideDeliveryArea):
        shop.place(method=DELIVERY, shown_total=Decimal("12.99"))
    assert delivery_terms("00153") is not None


@pytest.mark.parametrize("typed", ["sw1a1aa", "SW1A 1AA", " sw1a-1aa "])
def test_a_postal_code_is_found_however_it_is_typed(typed):
    DeliveryZoneFactory(slug="westminster", codes=["SW1A1AA"])

    assert delivery_terms(typed).zone == "westminster"


def test_the_promise_of_a_delivery_has_the_driving_minutes_of_its_zone_also_when_it_is_extended(kitchen):
    DeliveryZoneFactory(driving_minutes=45)
    order = shop.place(method=DELIVERY)  # 8 minutes in the oven, 2 to hand over

    assert (order.promise_from - FRIDAY_NIGHT).total_seconds() == (8 + 2 + 45) * 60
    assert Ticket.objects.get().driving_minutes == 45

    late = order.promise_until
    recalculate_promises(kitchen=kitchen, by=SYSTEM, at=late)
    order.refresh_from_db()
    assert (order.promise_from - late).total_seconds() == (8 + 2 + 45) * 60


def test_the_promise_of_an_order_by_card_has_the_driving_minutes_of_its_zone_once_it_is_paid(settings):
    DeliveryZoneFactory(driving_minutes=45)

    order = paid_by_card(settings, shop.basket_of(), method=DELIVERY)

    assert (order.promise_from - FRIDAY_NIGHT).total_seconds() == (8 + 2 + 45) * 60


def test_a_guest_types_the_postal_code_once_and_reads_on_the_basket_what_a_delivery_costs(client, tonight):
    DeliveryZoneFactory(fee=Decimal("3.50"), free_from=Decimal("40.00"), driving_minutes=45)
    add(client)
    page = client.get(reverse("orders:basket")).content.decode()
    assert "Do we deliver to you?" in page
    assert "We deliver to" not in page

    response = client.post(reverse("orders:check_delivery"), {"postal_code": "00183"}, follow=True)

    html = " ".join(response.content.decode().split())
    assert "<strong>We deliver to 00183</strong>, in about 55 minutes: €3.50, free from €40.00." in html
    checkout = client.get(reverse("orders:checkout"))
    assert checkout.context["form"]["postal_code"].value() == "00183"
    assert checkout.context["form"]["method"].value() == "delivery"
    assert checkout.context["basket"].totals.total == Decimal("16.49")


def test_a_guest_outside_the_zones_is_told_so_on_the_basket(client):
    DeliveryZoneFactory()
    add(client)

    response = client.post(reverse("orders:check_delivery"), {"postal_code": "99999"}, follow=True)

    assert "We do not deliver to 99999. You can pick it up instead." in response.content.decode()


def test_a_basket_asks_for_no_postal_code_while_the_shop_delivers_everywhere(client):
    add(client)

    assert "Do we deliver to you?" not in client.get(reverse("orders:basket")).content.decode()


def test_a_delivery_that_is_chosen_without_its_fee_shown_is_refused_with_both_totals_and_can_be_sent_again(client):
    DeliveryZoneFactory()
    add(client)
    form = {**ADDRESS, "postal_code": AT_HOME.postal_code, **hidden(client.get(reverse("orders:checkout")))}

    refused = client.post(reverse("orders:checkout"), form)

    assert refused.status_code == 409
    assert "it was €12.99, now it is €16.49" in refused.context["refusal"]
    assert client.post(reverse("orders:checkout"), {**form, **hidden(refused)}).status_code == 302
    assert Order.objects.get().total == Decimal("16.49")


def test_computing_the_total_keeps_what_was_typed_shows_no_error_and_can_then_be_sent(client):
    DeliveryZoneFactory()
    add(client)
    typed = {"method": "delivery", "postal_code": "00183", "notes": "ring twice"}
    form = {**typed, **hidden(client.get(reverse("orders:checkout"))), "update": "1"}

    updated = client.post(reverse("orders:checkout"), form)

    assert updated.status_code == 200
    assert not updated.context["form"].errors
    assert updated.context["form"]["notes"].value() == "ring twice"
    assert hidden(updated)["shown_total"] == "16.49"
    sent = client.post(reverse("orders:checkout"), {**ADDRESS, **typed, **hidden(updated)})
    assert sent.status_code == 302


# --- The admin ---


def zone_form(**changed):
    return {
        "name": "Appio",
        "slug": "appio",
        "is_active": "on",
        "fee": "3.50",
        "free_from": "",
        "minimum": "0",
        "driving_minutes": "20",
        "codes": "00183, 00182\n00179 00181",
        **changed,
    }


def test_a_manager_adds_a_zone_with_many_postal_codes(marta):
    response = marta.post(reverse("admin:orders_deliveryzone_add"), zone_form(codes="00183, 00182\n 00 179,00183"))

    assert response.status_code == 302
    zone = DeliveryZone.objects.get()
    assert [str(code) for code in zone.postal_codes.all()] == ["00179", "00182", "00183"]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("20000 20001", ["20000", "20001"]),
        ("1010  1020\n1030", ["1010", "1020", "1030"]),
        ("SW1A 1AA, 101 00", ["10100", "SW1A1AA"]),
    ],
)
def test_blanks_separate_whole_codes_of_digits_and_are_part_of_other_codes(marta, typed, codes):
    marta.post(reverse("admin:orders_deliveryzone_add"), zone_form(codes=typed))

    assert sorted(str(code) for code in DeliveryZone.objects.get().postal_codes.all()) == codes


def test_a_manager_changes_the_postal_codes_of_a_zone(marta):
    zone = DeliveryZoneFactory(name="Appio", slug="appio", codes=["00182", "00183"])
    page = reverse("admin:orders_deliveryzone_change", args=[zone.pk])
    shown = marta.get(page).context["adminform"].form
    initial = {f"initial-{name}": shown[name].value() for name in ("name", "slug", "fee", "minimum", "driving_minutes")}

    response = marta.post(page, {**initial, **zone_form(codes="00182, 00179"), "initial-codes": "00182, 00183"})

    assert response.status_code == 302
    assert {str(code) for code in zone.postal_codes.all()} == {"00182", "00179"}


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"codes": "00184"}, "codes", "00184 belongs to “Esquilino” already."),
        ({"codes": " , "}, "codes", "Which postal codes belong to it?"),
        ({"codes": "00184001850018600187"}, "codes", "“00184001850018600187” is too long for a postal code."),
        ({"fee": "-1"}, "fee", "greater than or equal to 0"),
        ({"free_from": "-1"}, "free_from", "greater than or equal to 0"),
        ({"fee": "NaN"}, "fee", "An amount such as 2.50, please."),
        ({"driving_minutes": "9999"}, "driving_minutes", "less than or equal to 240"),
    ],
)
def test_a_zone_that_cannot_be_is_refused_beside_its_field(marta, changed, field, sentence):
    DeliveryZoneFactory(name="Esquilino", codes=["00184"])

    response = marta.post(reverse("admin:orders_deliveryzone_add"), zone_form(**changed))

    assert sentence in " ".join(response.context["adminform"].form.errors[field])
    assert DeliveryZone.objects.count() == 1
