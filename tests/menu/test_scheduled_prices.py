"""Prices from a later moment on: they change at their moment, whether or not they have been folded into the rows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from menu import catalogue, fragments, prices, tasks
from menu import services as menu_services
from menu.exceptions import ItemNotOnTheMenu
from menu.models import Pizza, ScheduledPrice, SimpleItem, Topping
from orders import services as order_services
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.length import by_length
from tests.menu.admin_forms import edit, events_of
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send
from tests.shop import FRIDAY_NIGHT
from tests.transactions import undone

pytestmark = pytest.mark.usefixtures("kitchen")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NINE = FRIDAY_NIGHT + HOUR
A_MOMENT = timedelta(microseconds=1)


def schedule(item, price="13.50", *, valid_from=NINE, by=SYSTEM, at=FRIDAY_NIGHT):
    return menu_services.schedule_price(item=item, price=Decimal(price), valid_from=valid_from, by=by, at=at)


def cost_of(selection, *, at):
    return prices.price(selection, snapshot=catalogue.fresh_snapshot(), at=at).unit_price


def test_a_scheduled_price_is_in_force_from_its_very_moment_on(manager, margherita):
    schedule(margherita, "13.50", by=manager)

    assert cost_of(shop.pizza(), at=NINE - A_MOMENT) == Decimal("12.99")
    assert cost_of(shop.pizza(), at=NINE) == Decimal("13.50")


def test_scheduled_prices_of_toppings_and_simple_items_are_in_force_from_their_moment_on(manager, olives):
    cola = SimpleItem.objects.get(slug="cola")
    schedule(olives, "3.00", by=manager)
    schedule(cola, "3.80", by=manager)

    before, after = NINE - A_MOMENT, NINE
    with_olives = shop.pizza(added=("olives",))
    assert (cost_of(with_olives, at=before), cost_of(with_olives, at=after)) == (Decimal("15.49"), Decimal("15.99"))
    assert (cost_of(shop.simple_item(), at=before), cost_of(shop.simple_item(), at=after)) == (
        Decimal("3.20"),
        Decimal("3.80"),
    )


def test_scheduling_a_price_records_who_did_it_the_price_and_its_moment(manager, margherita):
    schedule(margherita, "13.50", by=manager)

    assert events_of(margherita) == [
        ("menu.price_scheduled.v1", {"price": Decimal("13.50"), "valid_from": NINE}, str(manager.user_id))
    ]


MOMENTS = st.integers(0, 40).map(lambda quarters: FRIDAY_NIGHT + quarters * 15 * MINUTE)
SCHEDULES = st.dictionaries(
    MOMENTS.filter(lambda moment: moment > FRIDAY_NIGHT),
    st.decimals(min_value=0, max_value=99, places=2),
    max_size=5,
)


@settings(
    max_examples=by_length(30, long=400),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(dated=SCHEDULES, at=MOMENTS, since=st.timedeltas(timedelta(0), menu_services.FOLD_AFTER))
def test_whether_scheduled_prices_were_folded_makes_no_difference_to_any_price(kitchen, dated, at, since):
    with undone():
        margherita = Pizza.objects.get(slug="margherita")
        ScheduledPrice.objects.bulk_create(
            ScheduledPrice(
                item_kind="pizza",
                item_ref=margherita.ref,
                price=price,
                valid_from=moment,
                created_by="1",
                created_at=FRIDAY_NIGHT,
            )
            for moment, price in dated.items()
        )
        in_force = [price for moment, price in sorted(dated.items()) if moment <= at]
        expected = prices.rounded(in_force[-1] if in_force else Decimal("12.99"))
        moments = [at, *(moment for moment in dated if moment >= at)]
        before = [cost_of(shop.pizza(), at=moment) for moment in moments]

        folded_at = at + since  # while a request that began at `at` is still being answered
        for item in menu_services.items_with_due_prices(at=folded_at):
            menu_services.fold_prices(item=item, at=folded_at)

        after = [cost_of(shop.pizza(), at=moment) for moment in moments]
        assert (before[0], after) == (expected, before)


def test_folding_writes_a_price_into_the_row_ten_minutes_after_its_moment_and_records_it(manager, margherita):
    schedule(margherita, "13.50", by=manager)

    for minutes in (9, 10, 11):
        for item in menu_services.items_with_due_prices(at=NINE + minutes * MINUTE):
            menu_services.fold_prices(item=item, at=NINE + minutes * MINUTE)

    margherita.refresh_from_db()
    assert margherita.base_price == Decimal("13.50")
    assert not ScheduledPrice.objects.exists()
    [_scheduled, (kind, data, who)] = events_of(margherita)
    assert (kind, data, who) == (
        "menu.priced.v1",
        {"before": Decimal("12.99"), "after": Decimal("13.50")},
        "system",
    )


def test_the_task_folds_the_prices_of_every_kind_of_item(monkeypatch, margherita, olives):
    cola = SimpleItem.objects.get(slug="cola")
    for item in (margherita, olives, cola):
        schedule(item, "9.00")
    monkeypatch.setattr(clock, "now", lambda: NINE + HOUR)

    tasks.fold_scheduled_prices()

    assert Pizza.objects.get(slug="margherita").base_price == Decimal("9.00")
    assert Topping.objects.get(slug="olives").price == SimpleItem.objects.get(slug="cola").price == Decimal("9.00")


def test_a_price_set_at_once_replaces_one_that_is_in_force_but_was_not_folded_yet(marta, monkeypatch, margherita):
    schedule(margherita, "13.50")
    monkeypatch.setattr(clock, "now", lambda: NINE + MINUTE)

    edit(marta, margherita, base_price="14.00")

    assert cost_of(shop.pizza(), at=NINE + 2 * MINUTE) == Decimal("14.00")
    assert [data for kind, data, _who in events_of(margherita) if kind == "menu.priced.v1"] == [
        {"before": Decimal("12.99"), "after": Decimal("13.50")},
        {"before": Decimal("13.50"), "after": Decimal("14.00")},
    ]


def test_a_price_set_at_once_leaves_the_prices_that_are_scheduled_for_later(marta, monkeypatch, margherita):
    schedule(margherita, "15.00", valid_from=NINE + HOUR)
    monkeypatch.setattr(clock, "now", lambda: NINE)

    edit(marta, margherita, base_price="14.00")

    assert cost_of(shop.pizza(), at=NINE + HOUR) == Decimal("15.00")


def test_the_form_of_an_item_shows_the_price_in_force_also_before_it_is_folded(marta, monkeypatch, margherita):
    schedule(margherita, "13.50")
    monkeypatch.setattr(clock, "now", lambda: NINE)

    edit(marta, margherita, description="With love.")

    assert cost_of(shop.pizza(), at=NINE) == Decimal("13.50")
    assert events_of(margherita)[-1][:2] == ("menu.changed.v1", {"fields": ("description",)})


WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("price", "valid_from", "message"),
    [
        ("13.50", FRIDAY_NIGHT, "That moment has passed. Leave it empty to change prices at once."),
        ("13.50", FRIDAY_NIGHT - WEEK, "That moment has passed. Leave it empty to change prices at once."),
        ("13.50", FRIDAY_NIGHT + 53 * WEEK, "That is more than a year ahead. Is the year right?"),
        ("13.50", datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "That is more than a year ahead. Is the year right?"),
        ("12.99", NINE, "It costs €12.99 then anyway."),
        ("13.00", NINE + HOUR, "It costs €13.00 then anyway."),
        ("13.50", NINE + HOUR, "From that moment on it costs €13.00 already. Withdraw that price first."),
        ("0.00", NINE, "More than nothing, please."),
        ("99999.00", NINE, "€10,000.00 at most, please."),
        ("-0.01", NINE, "An amount such as 2.50, please."),
        ("13.501", NINE, "An amount such as 2.50, please."),
    ],
)
def test_a_price_that_cannot_be_scheduled_is_refused_with_a_sentence(manager, margherita, price, valid_from, message):
    schedule(margherita, "13.00", valid_from=NINE + HOUR, by=manager)
    if "anyway" in message and price == "13.00":
        valid_from += HOUR

    with pytest.raises(menu_services.PriceRefused) as refused:
        schedule(margherita, price, valid_from=valid_from, by=manager)

    assert refused.value.message == message
    assert ScheduledPrice.objects.count() == 1


def test_cooks_and_guests_may_neither_schedule_nor_withdraw_a_price(chef, guest, margherita):
    schedule(margherita)

    for by in (chef, guest):
        with pytest.raises(NotAllowed):
            schedule(margherita, valid_from=NINE + HOUR, by=by)
        with pytest.raises(NotAllowed):
            menu_services.withdraw_scheduled_price(item=margherita, valid_from=NINE, by=by, at=FRIDAY_NIGHT)


def test_no_price_of_an_archived_item_is_scheduled(manager, margherita):
    menu_services.archive_item(item=margherita, by=manager, at=FRIDAY_NIGHT)

    with pytest.raises(ItemNotOnTheMenu):
        schedule(margherita, by=manager)


def test_a_scheduled_price_can_be_withdrawn_before_its_moment_and_not_after_it(manager, margherita):
    schedule(margherita, "13.50")
    schedule(margherita, "14.50", valid_from=NINE + HOUR)

    menu_services.withdraw_scheduled_price(item=margherita, valid_from=NINE + HOUR, by=manager, at=NINE)
    with pytest.raises(menu_services.ScheduledPriceNotFound):
        menu_services.withdraw_scheduled_price(item=margherita, valid_from=NINE, by=manager, at=NINE)

    assert cost_of(shop.pizza(), at=NINE + 2 * HOUR) == Decimal("13.50")
    withdrawn = {"price": Decimal("14.50"), "valid_from": NINE + HOUR}
    assert events_of(margherita)[-1] == ("menu.price_withdrawn.v1", withdrawn, str(manager.user_id))


@pytest.mark.django_db(transaction=True)
def test_the_menu_page_that_is_kept_ends_at_the_moment_at_which_a_price_changes(client, monkeypatch, margherita):
    schedule(margherita, "13.50")

    def is_shown(price, *, at):
        monkeypatch.setattr(clock, "now", lambda: at)
        return f"€{price}" in client.get(reverse("menu:index")).content.decode()

    assert is_shown("12.99", at=NINE - A_MOMENT)
    kept = fragments.kept("menu", dict, menu=catalogue.current_menu(), at=NINE - A_MOMENT)
    assert kept
    assert is_shown("13.50", at=NINE)
    assert not is_shown("12.99", at=NINE)
    assert is_shown("12.99", at=NINE - A_MOMENT)


def test_a_checkout_opened_before_a_price_rises_and_sent_after_it_is_refused_with_both_totals(
    client, monkeypatch, margherita
):
    schedule(margherita, "13.50")
    monkeypatch.setattr(clock, "now", lambda: NINE - MINUTE)
    add(client)
    form = {**ANNA, **hidden(client.get(reverse("orders:checkout")))}
    monkeypatch.setattr(clock, "now", lambda: NINE + MINUTE)

    refused = send(client, form)

    html = refused.content.decode()
    assert "€12.99" in html
    assert "€13.50" in html
    assert not Order.objects.exists()
    send(client, {**ANNA, **hidden(refused)})
    assert Order.objects.get().total == Decimal("13.50")


def test_an_order_is_priced_at_the_moment_at_which_it_is_placed(margherita, olives):
    schedule(margherita, "13.50")
    schedule(olives, "3.00")
    basket = shop.basket_of(shop.pizza(added=("olives",)), at=FRIDAY_NIGHT)

    with pytest.raises(order_services.TotalChanged):
        shop.place(basket, shown_total=Decimal("15.49"), at=NINE)
    order = shop.place(basket, shown_total=Decimal("16.50"), at=NINE)

    assert order.lines.get().unit_price == Decimal("16.50")


def test_the_api_shows_the_price_in_force_and_the_next_one(client, monkeypatch, margherita):
    schedule(margherita, "13.50")

    def shown(at):
        monkeypatch.setattr(clock, "now", lambda: at)
        pizza = client.get("/api/menu/pizzas/margherita").json()
        return pizza["base_price"], pizza["prices"][0]["price"], pizza["next_price"]

    next_price = {"price": "13.50", "valid_from": "2026-11-20T20:00:00Z"}
    assert shown(FRIDAY_NIGHT) == ("12.99", "12.99", next_price)
    assert shown(NINE) == ("13.50", "13.50", None)
