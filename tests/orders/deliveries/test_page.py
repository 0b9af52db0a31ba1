"""The page of deliveries: what a driver sees and presses, and how a manager steps in."""

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
    """Deliveries out of the oven: `ready(step, …, by=driver)` takes steps with one."""

    def ready(*steps, by=None):
        at = clock.now()
        order = shop.cooked(shop.place(at=at, method=FulfillmentMethod.DELIVERY), by=chef, at=at)
        for step in steps:
            step(ref=order.ref, by=by, at=at)
        return order

    return ready


def press(browser, button, order, htmx=False, **said):
    ref = order if isinstance(order, UUID) else order.ref
    headers = {"HX-Request": "true"} if htmx else {}
    return browser.post(reverse(f"deliveries:{button}", args=[ref]), said, headers=headers)


def name_of(driver):
    return User.objects.get(pk=driver.user_id).username


def seen_by(browser):
    return browser.get(PAGE).content.decode()


def buttons_on(browser):
    return re.findall(r'action="/delivery/[^/]+/([\w-]+)/"', seen_by(browser))


def test_lets_a_manager_choose_who_drives(mario, dina, ready):
    order = ready()

    press(mario, "assign", order, driver=name_of(dina))

    order.refresh_from_db()
    assert order.driver_id == dina.user_id
    assert "Dina Neri has it" in seen_by(mario)


def test_lets_a_manager_take_it_from_one_driver_and_give_it_to_another(mario, dina, dario, ready):
    order = ready(delivery_services.claim_delivery, by=dina)

    press(mario, "assign", order, driver=name_of(dario))
    order.refresh_from_db()
    assert order.driver_id == dario.user_id

    press(mario, "release", order)
    order.refresh_from_db()
    assert order.driver_id is None


def test_offers_those_who_deliver_without_a_rows_key(mario, dina):
    shop.hire(KITCHEN, first_name="Ciro", last_name="Bruno")
    shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=shop.hire(KITCHEN))

    offered = re.findall(r'<option value="(\w+)">([^<]+)</option>', seen_by(mario))

    assert offered == [(name_of(dina), "Dina Neri"), (mario.user.username, "Mario Rossi")]


@pytest.mark.parametrize("nobody", ["", "x", "1"])
def test_gives_a_delivery_to_nobody_who_does_not_deliver(mario, ready, nobody):
    order = ready()

    press(mario, "assign", order, driver=nobody)

    assert "Please choose somebody who delivers." in seen_by(mario)
    order.refresh_from_db()
    assert order.driver_id is None


def test_tells_drivers_who_is_on_the_road_and_since_when_and_no_more(sign_in, dina, ready):
    order = ready(delivery_services.claim_delivery, delivery_services.leave_for_delivery, by=dina)
    browser = sign_in(DRIVER)

    html = seen_by(browser)

    order.refresh_from_db()
    assert re.search(rf"Dina Neri left at <time [^>]+>{clock.wall_clock(order.out_for_delivery_at)}</time>", html)
    assert "Via Appia" not in html
    assert "Anna" not in html
    assert buttons_on(browser) == []


def test_lets_a_manager_step_in_for_whoever_is_on_the_road(mario, dina, ready):
    order, forgotten = (
        ready(delivery_services.claim_delivery, delivery_services.leave_for_delivery, by=dina) for _ in range(2)
    )
    assert buttons_on(mario) == ["deliver", "fail"] * 2

    press(mario, "deliver", forgotten)
    press(mario, "fail", order, reason="other", note="Her tyre is flat.")

    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == [
        OrderStatus.READY,
        OrderStatus.DELIVERED,
    ]
    assert buttons_on(mario) == ["assign", "release"]


@pytest.mark.parametrize("htmx", [True, False], ids=["with a script", "without"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": "other", "note": " "}, "Please say why, in a few words."),
        ({"note": "A dog & its friends"}, "Please say why."),
        ({"reason": "no idea", "note": "A dog & its friends"}, "Please say why."),
        ({"reason": "other", "note": "x" * 301}, "That is too long: 300 characters at most, please."),
    ],
    ids=["no words", "no reason", "nonsense", "too many words"],
)
def test_shows_a_refused_form_as_it_was_typed(sign_in, ready, htmx, typed, sentence):
    browser = sign_in(DRIVER)
    dina = shop.acting_as(DRIVER, browser.user.pk)
    steps = delivery_services.claim_delivery, delivery_services.leave_for_delivery
    order, other = (ready(*steps, by=dina) for _ in range(2))

    answer = press(browser, "fail", order, htmx=htmx, **typed)

    html = answer.content.decode()
    [refused] = re.findall(rf'<details id="failed-{order.ref}"[^>]*>.*?</details>', html, re.DOTALL)
    [beside] = re.findall(rf'<details id="failed-{other.ref}"[^>]*>.*?</details>', html, re.DOTALL)
    assert answer.status_code == 422
    assert re.match(r"<details [^>]* open>", refused)
    assert sentence in refused
    assert 'value="other"' in refused
    assert ("checked" in refused) == (typed.get("reason") == "other")
    assert typed["note"].strip().replace("&", "&amp;") in refused
    assert sentence not in beside
    assert ("<html" in html) != htmx
    assert "http-equiv" not in html  # a page that renews itself would ask a button's address
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERING


def test_knows_nothing_of_a_refused_form_for_what_is_not_on_the_road(mario, ready):
    for ref in (uuid7(), ready().ref):
        assert press(mario, "fail", ref).status_code == 404


def test_can_be_held_still_without_a_script(mario, ready):
    ready()

    assert "http-equiv" in seen_by(mario)
    assert "http-equiv" not in mario.get(PAGE, {"still": ""}).content.decode()


@pytest.mark.parametrize("many", [2, 20])
def test_asks_five_questions_however_much_there_is(mario, dina, ready, many, django_assert_num_queries):
    for _ in range(many):
        ready()
        shop.hire(DRIVER)
    seen_by(mario)

    with django_assert_num_queries(5):  # who asks, with two for what they may; the tour, and who delivers
        seen_by(mario)
