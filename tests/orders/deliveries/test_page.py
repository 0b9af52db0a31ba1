"""The delivery page: what a driver sees and does there, and what a manager can do for a driver."""

import re
from uuid import UUID

import pytest
from django.urls import reverse

from kitchen.models import FulfillmentMethod
from orders.deliveries import services as delivery_services
from orders.models import Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.ids import uuid7
from pizzeria.users.models import User
from pizzeria.users.roles import DRIVER, KITCHEN
from tests import shop

pytestmark = pytest.mark.usefixtures("kitchen")

PAGE = reverse("deliveries:tour")


@pytest.fixture
def dario():
    return shop.hire(DRIVER, first_name="Dario", last_name="Verdi")


@pytest.fixture
def ready(chef):
    """Return a function that returns a new ready delivery after some steps: `ready(step, …, by=driver)`."""

    def ready(*steps, by=None):
        at = clock.now()
        order = shop.cooked(shop.place(at=at, method=FulfillmentMethod.DELIVERY), by=chef, at=at)
        for step in steps:
            step(ref=order.ref, by=by, at=at)
        return order

    return ready


def press(browser, button, order, htmx=False, **form_data):
    ref = order if isinstance(order, UUID) else order.ref
    headers = {"HX-Request": "true"} if htmx else {}
    return browser.post(reverse(f"deliveries:{button}", args=[ref]), form_data, headers=headers)


def name_of(driver):
    return User.objects.get(pk=driver.user_id).username


def seen_by(browser):
    return browser.get(PAGE).content.decode()


def buttons_on(browser):
    return re.findall(r'action="/delivery/[^/]+/([\w-]+)/"', seen_by(browser))


def test_a_manager_can_assign_a_delivery_to_a_driver(marta, dina, ready):
    order = ready()

    press(marta, "assign", order, driver=name_of(dina))

    order.refresh_from_db()
    assert order.driver_id == dina.user_id
    assert "<bdi>Dina Neri</bdi> has it" in seen_by(marta)


def test_a_manager_can_reassign_a_delivery_and_release_it(marta, dina, dario, ready):
    order = ready(delivery_services.claim_delivery, by=dina)

    press(marta, "assign", order, driver=name_of(dario))
    order.refresh_from_db()
    assert order.driver_id == dario.user_id

    press(marta, "release", order)
    order.refresh_from_db()
    assert order.driver_id is None


def test_a_manager_is_offered_users_who_may_deliver_by_username_instead_of_primary_key(marta, dina):
    shop.hire(KITCHEN, first_name="Ciro", last_name="Bruno")
    shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=shop.hire(KITCHEN))

    offered = re.findall(r'<option value="(\w+)">([^<]+)</option>', seen_by(marta))

    assert offered == [(name_of(dina), "Dina Neri"), (marta.user.username, "Marta Rossi")]


@pytest.mark.parametrize("nobody", ["", "x", "1"])
def test_a_delivery_cannot_be_assigned_to_an_unknown_username(marta, ready, nobody):
    order = ready()

    press(marta, "assign", order, driver=nobody)

    assert "Please choose somebody who delivers." in seen_by(marta)
    order.refresh_from_db()
    assert order.driver_id is None


def test_drivers_see_who_is_on_the_road_and_since_when_but_no_contact_of_the_order(sign_in, dina, ready):
    order = ready(delivery_services.claim_delivery, delivery_services.leave_for_delivery, by=dina)
    browser = sign_in(DRIVER)

    html = seen_by(browser)

    order.refresh_from_db()
    left_at = clock.wall_clock(order.out_for_delivery_at)
    assert re.search(rf"<bdi>Dina Neri</bdi>, on the road since <time [^>]+>{left_at}</time>", html)
    assert "Via Appia" not in html
    assert "Anna" not in html
    assert buttons_on(browser) == []


def test_a_manager_can_complete_or_fail_a_delivery_that_a_driver_has_on_the_road(marta, dina, ready):
    order, forgotten = (
        ready(delivery_services.claim_delivery, delivery_services.leave_for_delivery, by=dina) for _ in range(2)
    )
    assert buttons_on(marta) == ["deliver", "fail"] * 2

    press(marta, "deliver", forgotten)
    press(marta, "fail", order, reason="other", note="Her tyre is flat.")

    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == [
        OrderStatus.READY,
        OrderStatus.DELIVERED,
    ]
    assert buttons_on(marta) == ["undo-deliver", "assign", "release"]


@pytest.mark.parametrize("htmx", [True, False], ids=["with a script", "without"])
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"reason": "other", "note": " "}, "Please say why, in a few words."),
        ({"note": "A dog & its friends"}, "Please say why."),
        ({"reason": "no idea", "note": "A dog & its friends"}, "Please say why."),
        ({"reason": "other", "note": "x" * 301}, "That is too long: 300 characters at most, please."),
    ],
    ids=["no words", "no reason", "nonsense", "too many words"],
)
def test_a_refused_form_for_a_failed_delivery_is_shown_as_it_was_submitted(sign_in, ready, htmx, typed, message):
    browser = sign_in(DRIVER)
    dina = shop.acting_as(DRIVER, browser.user.pk)
    steps = delivery_services.claim_delivery, delivery_services.leave_for_delivery
    order, other = (ready(*steps, by=dina) for _ in range(2))

    response = press(browser, "fail", order, htmx=htmx, **typed)

    html = response.content.decode()
    [refused] = re.findall(rf'<details id="failed-{order.ref}"[^>]*>.*?</details>', html, re.DOTALL)
    [beside] = re.findall(rf'<details id="failed-{other.ref}"[^>]*>.*?</details>', html, re.DOTALL)
    assert response.status_code == 422
    assert re.match(r"<details [^>]* open>", refused)
    assert message in refused
    assert 'value="other"' in refused
    assert ("checked" in refused) == (typed.get("reason") == "other")
    assert typed["note"].strip().replace("&", "&amp;") in refused
    assert message not in beside
    assert ("<html" in html) != htmx
    assert "http-equiv" not in html  # a page that refreshes itself would send a GET request to the URL of the form
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERING


def test_a_refused_form_for_a_delivery_that_is_not_on_the_road_returns_404(marta, ready):
    for ref in (uuid7(), ready().ref):
        assert press(marta, "fail", ref).status_code == 404


def test_the_refresh_of_the_delivery_page_can_be_paused_without_javascript(marta, ready):
    ready()

    assert "http-equiv" in seen_by(marta)
    assert "http-equiv" not in marta.get(PAGE, {"pause-refresh": ""}).content.decode()


@pytest.mark.parametrize("many", [2, 6])
def test_the_delivery_page_takes_six_queries_however_many_deliveries_there_are(
    marta, dina, ready, many, django_assert_num_queries
):
    for _ in range(many):
        ready()
        shop.hire(DRIVER)
    seen_by(marta)

    with django_assert_num_queries(6):  # user, permissions, the tour, the drivers, the time, what can be undone
        seen_by(marta)


@pytest.mark.parametrize("htmx", [True, False])
def test_the_delivery_page_says_that_an_order_is_delivered_and_offers_to_undo_it(sign_in, ready, htmx):
    browser = sign_in(DRIVER)
    order = ready(
        delivery_services.claim_delivery,
        delivery_services.leave_for_delivery,
        by=shop.acting_as(DRIVER, browser.user.pk),
    )
    headers = {"HX-Request": "true"} if htmx else {}

    def press_and_follow(button):
        address = reverse(f"deliveries:{button}", args=[order.ref])
        return browser.post(address, headers=headers, follow=True).content.decode()

    delivered = press_and_follow("deliver")
    assert f"#{order.number} is delivered." in delivered
    assert f'action="{reverse("deliveries:undo_deliver", args=[order.ref])}"' in delivered

    undone = press_and_follow("undo_deliver")
    assert f"Undone: #{order.number} is still on the road." in undone
    assert 'class="undo"' not in undone
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERING


def test_the_delivery_page_offers_no_undo_for_a_step_of_another_driver(sign_in, dina, ready):
    ready(delivery_services.claim_delivery, delivery_services.leave_for_delivery, delivery_services.deliver, by=dina)

    page = sign_in(DRIVER).get(PAGE)

    assert (page.status_code, 'class="undo"' in page.content.decode()) == (200, False)


def test_each_step_of_a_delivery_is_confirmed(sign_in, ready):
    browser, order = sign_in(DRIVER), ready()

    for button, confirmation in (
        ("claim", f"#{order.number} is yours."),
        ("release", f"#{order.number} waits for a driver again."),
        ("claim", f"#{order.number} is yours."),
        ("leave", f"You are on the road with #{order.number}."),
    ):
        assert confirmation in press(browser, button, order, htmx=True).content.decode()
