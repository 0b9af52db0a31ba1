"""What guests read of the opening hours: on the home page, the menu and the basket, before anything is typed."""

import re
from datetime import date

import pytest
from django.urls import reverse

from kitchen.hours import ClosedDays
from kitchen.models import Kitchen
from orders.selectors.quotes import invalidate_quote
from pizzeria.foundation import clock
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, set_hours

HOME, MENU, BASKET = (reverse(name) for name in ("orders:home", "menu:index", "orders:basket"))
PAGES = (HOME, MENU, BASKET)


@pytest.fixture
def read_at(client, kitchen, monkeypatch):
    """Return a function that returns the text of a page at a moment: `read_at(HOME, on("2026-11-20", "15:00"))`."""

    def read_at(address, at):
        monkeypatch.setattr(clock, "now", lambda: at)
        invalidate_quote()
        html = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
        return re.sub(r"\s*–\s*", "–", " ".join(html.split()))

    return read_at


@pytest.mark.parametrize("address", PAGES)
def test_a_closed_shop_says_so_and_when_it_opens_next(read_at, address):
    set_hours(every_day(*LUNCH_AND_DINNER))

    assert "We are closed. We open again at 18:00." in read_at(address, on("2026-11-20", "14:30"))
    assert "We are closed. We open again Sat 11:30." in read_at(address, on("2026-11-21", "03:59"))


@pytest.mark.parametrize("address", PAGES)
def test_a_shop_that_closes_soon_says_when(read_at, address):
    set_hours(every_day(*LUNCH_AND_DINNER))

    text = read_at(address, on("2026-11-20", "22:10"))

    assert "Order now, and it is ready in about 10 minutes. We close at 22:30." in text


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (on("2026-03-28", "23:59"), True),
        (on("2026-03-29", "01:59"), True),
        (on("2026-03-29", "03:29"), True),  # half an hour after 01:59: the clock has skipped an hour
        (on("2026-03-29", "03:30"), False),
        (on("2026-10-25", "01:59"), True),
        (on("2026-10-25", "03:29"), True),
        (on("2026-10-25", "03:30"), False),
    ],
)
def test_hours_across_midnight_are_read_from_the_wall_clock_also_as_the_clocks_change(read_at, at, is_open):
    set_hours(every_day("18:00-03:30"))

    text = read_at(HOME, at)

    assert ("Order now" in text, "We are closed. We open again Sun 18:00." in text) == (is_open, not is_open)


def test_the_home_page_shows_the_hours_of_the_week_and_the_closed_days(read_at):
    hours = every_day(*LUNCH_AND_DINNER, closed=(ClosedDays(first=date(2026, 12, 24), last=date(2026, 12, 26)),))
    set_hours(hours.model_copy(update={"week": (*hours.week[:5], *every_day("18:00-02:00").week[5:])}))

    text = read_at(HOME, on("2026-11-20", "20:00"))

    assert "When we are open Mon–Fri (today) 11:30–14:30 18:00–22:30 Sat–Sun 18:00–02:00" in text
    assert "Closed Thu 24 Dec to Sat 26 Dec" in text


def test_a_shop_without_hours_is_open_around_the_clock(read_at):
    text = read_at(HOME, on("2026-11-20", "04:30"))

    assert "Order now, and it is ready in about 10 minutes." in text
    assert "Open around the clock" in text


def test_a_closed_shop_that_takes_orders_for_later_says_so(read_at):
    set_hours(every_day(*LUNCH_AND_DINNER))
    Kitchen.objects.update(max_slot_pizzas=10)

    texts = [read_at(address, on("2026-11-20", "15:00")) for address in PAGES]

    assert all("We open again at 18:00. You can order for later." in text for text in texts)
    assert "Order for later" in texts[0]


def test_the_basket_of_a_closed_shop_says_so_and_keeps_what_is_in_it(client, read_at):
    client.post(
        reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "recipe": "1", "quantity": "1"}
    )
    set_hours(every_day(*LUNCH_AND_DINNER))

    text = read_at(BASKET, on("2026-11-20", "15:00"))

    assert "We are closed. We open again at 18:00." in text
    assert "We keep your basket for you until then." in text
    assert "Checkout" not in text
