"""The list of orders in the admin: its columns, filters and pages."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests import shop

LIST = reverse("admin:orders_order_changelist")

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def short_pages(monkeypatch):
    """Show three orders on a page."""
    monkeypatch.setattr("orders.backoffice.admin.OrderAdmin.list_per_page", 3)


def numbers(page):
    return [order.number for order in page.context["cl"].result_list]


def text_of(page):
    """Return the text of the page's table, without tags."""
    table = re.search(r'<table id="result_list">.*</table>', page.content.decode(), re.DOTALL)[0]
    return " ".join(re.sub("<[^>]*>", " ", table).split())


def link(page, text):
    """Return the address of a link to another page of the list; None: there is none."""
    found = re.search(rf'<a href="([^"]*)"[^>]*>{text}</a>', page.content.decode())
    return found and LIST + found[1].replace("&amp;", "&")


def place_many(count):
    basket = shop.basket_of()
    order = shop.place(basket, method=FulfillmentMethod.DELIVERY, at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, own in (("orders_order", "id, ref, number"), ("orders_ordercontact", "id, order_id")):
            cursor.execute(
                "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = %s "
                "AND column_name <> ALL(%s)",
                [table, own.split(", ")],
            )
            columns = cursor.fetchone()[0]
            values = "100000 + n, gen_random_uuid(), 1000 + n" if table == "orders_order" else "900000 + n, 100000 + n"
            key = "id" if table == "orders_order" else "order_id"
            cursor.execute(
                f"INSERT INTO {table} ({own}, {columns}) SELECT {values}, {columns} "
                f"FROM {table}, generate_series(1, {count}) n WHERE {key} = {order.pk}"
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_row_shows_number_guest_status_payment_promise_and_driver(marta, dina, chef, change_shop):
    at = clock.now()
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY, at=at), by=chef, at=at)
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=at)

    row = text_of(marta.get(LIST))

    for words in ("#1", "Anna Bianchi", "ready", "delivery", "€12.99", "due €12.99", "Dina Neri"):
        assert words in row
    assert "<bdi>Anna Bianchi</bdi>" in marta.get(LIST).content.decode()
    assert "late" not in row


def test_an_open_order_past_its_promise_is_late_and_a_delivered_one_is_not(marta, placed_order):
    Order.objects.update(promise_until=clock.now() - timedelta(minutes=12, seconds=5))
    assert "late by 12 min" in text_of(marta.get(LIST))

    Order.objects.update(promise_until=clock.now() - timedelta(hours=3, minutes=1))
    assert "late by 3 hours" in text_of(marta.get(LIST))

    order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=clock.now())
    row = text_of(marta.get(LIST))
    assert "late" not in row
    assert "nothing due" in row


def test_the_list_takes_as_many_queries_for_hundreds_of_orders_as_for_ten(marta, monkeypatch):
    place_many(9)
    with CaptureQueriesContext(connection) as few:
        assert len(numbers(marta.get(LIST))) == 10

    place_many_more = 300
    Order.objects.exclude(number=1).update(number=None)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM orders_ordercontact WHERE id > 900000")
        cursor.execute("DELETE FROM orders_order WHERE number IS NULL")
        cursor.execute("SET LOCAL session_replication_role = origin")
    monkeypatch.setattr("orders.backoffice.admin.OrderAdmin.list_per_page", 250)
    place_many(place_many_more)
    with CaptureQueriesContext(connection) as many:
        assert len(numbers(marta.get(LIST))) == 250

    assert len(many) == len(few)
    assert not [query["sql"] for query in (*few, *many) if "COUNT(*)" in query["sql"] or "OFFSET" in query["sql"]]


def test_pages_lead_to_older_and_newer_orders(marta, short_pages):
    for _ in range(8):
        shop.place(at=clock.now())

    first = marta.get(LIST)
    second = marta.get(link(first, "Older"))
    third = marta.get(link(second, "Older"))
    assert [numbers(page) for page in (first, second, third)] == [[8, 7, 6], [5, 4, 3], [2, 1]]
    assert link(first, "Newer") is link(first, "Newest") is link(third, "Older") is None

    shop.place(at=clock.now())  # neither repeats nor hides another
    assert numbers(marta.get(link(third, "Newer"))) == [5, 4, 3]
    assert numbers(marta.get(link(second, "Newer"))) == [8, 7, 6]
    assert numbers(marta.get(link(first, "Older"))) == [5, 4, 3]
    newest = marta.get(link(second, "Newest"))
    assert numbers(newest) == [9, 8, 7]


def test_the_way_back_ends_with_a_full_first_page(marta, short_pages):
    placed = [shop.place(at=clock.now()) for _ in range(5)]

    page = marta.get(LIST, {"after": placed[3].pk})

    assert numbers(page) == [5, 4, 3]
    assert link(page, "Newer") is None


def test_pages_keep_search_and_filters_and_a_filter_leads_to_its_first_page(marta, short_pages):
    for _ in range(8):
        shop.place(at=clock.now())

    page = marta.get(link(marta.get(LIST, {"q": "anna", "status": "confirmed"}), "Older"))

    assert numbers(page) == [5, 4, 3]
    assert "status=confirmed" in link(page, "Older")
    assert "q=anna" in link(page, "Older")
    filters = re.findall(r'<a href="(\?[^"]*day=[^"]*)"', page.content.decode())
    assert filters
    assert not [address for address in filters if "before" in address]
    assert 'name="before"' not in page.content.decode()  # nor does a new search stay on this page


def test_the_shortcuts_keep_the_search_and_the_other_filters_and_lead_to_the_first_page(marta, placed_order):
    page = marta.get(LIST, {"q": "anna", "status": "open", "method__exact": "pickup", "before": placed_order.pk + 1})

    links = re.search(r'class="order-shortcuts".*?</nav>', page.content.decode(), re.DOTALL)[0]
    yesterday = re.search(r'href="([^"]*)"[^>]*>\s*Yesterday', links)[1].replace("&amp;", "&")
    assert QueryDict(yesterday.removeprefix("?")).dict() == {
        "q": "anna",
        "status": "open",
        "method__exact": "pickup",
        "day": "yesterday",
    }


@pytest.mark.parametrize("query", ["before=1&status=confirmed", "before=1", "after=999999999999999999"])
def test_a_page_without_rows_is_shown_with_a_way_back(marta, placed_order, query):
    page = marta.get(f"{LIST}?{query}")

    assert page.status_code == 200
    assert page.context["cl"].result_list in ([], [placed_order])


@pytest.mark.django_db(transaction=True)  # PostgreSQL refuses some of them, which ends a transaction
@pytest.mark.parametrize(
    "query",
    [
        "number=%00",
        "before=x",
        "before=-1",
        "before=%00",
        "before=",
        "after=99999999999999999999",
        "after=1.5",
        "before=٣",
        "day=99999999999-01-01",
        "day=2026-02-30",
        "day=0000-00-00",
        "day=tomorrow",
        "day=%00",
        "status=lost",
        "status=%00",
        "method=%00",
        "payment_status__exact=%00",
        "o=-99.x",
        "all=",
        "p=7",
        "q=%23",
        "q=%25",
        "q=99999999999999999999999999999999",
        "q=" + "x" * 5000,
    ],
)
def test_bad_input_gives_a_clean_page(marta, query):
    marta.raise_request_exception = False

    page = marta.get(f"{LIST}?{query}", follow=True)

    assert page.status_code == 200
    says_why = "That filter cannot be read. All orders are shown." in page.content.decode()
    assert says_why == bool(page.redirect_chain)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [2, 1, 1]),
        ({"day": "today"}, [2, 1]),
        ({"day": "yesterday"}, []),
        ({"day": "week"}, [2, 1, 1]),
        ({"day": "OLD"}, [1]),
        ({"day": "1999-01-01"}, []),
        ({"day": ""}, [2, 1, 1]),
        ({"status": "open"}, [2, 1]),
        ({"status": "cancelled"}, [1]),
        ({"status": "open", "day": "OLD"}, []),
        ({"method__exact": "delivery"}, [2]),
        ({"payment_status__exact": "due"}, [2, 1, 1]),
        ({"payment_method__exact": "credit_card"}, []),
    ],
)
def test_filters(marta, query, expected):
    at = clock.now()
    old = shop.place(at=at - timedelta(days=3))
    order_services.cancel_order(ref=old.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=at)
    shop.place(at=at)
    shop.place(method=FulfillmentMethod.DELIVERY, at=at)

    page = marta.get(LIST, {name: value.replace("OLD", str(old.business_date)) for name, value in query.items()})

    assert numbers(page) == expected


def test_the_field_of_a_date_shows_it_and_keeps_the_other_filters(marta, placed_order):
    html = marta.get(LIST, {"day": "2026-11-20", "status": "open", "q": "anna"}).content.decode()

    form = re.search(r'<form method="get" class="day-form">.*?</form>', html, re.DOTALL)[0]
    assert 'value="2026-11-20"' in form
    assert '<input type="hidden" name="status" value="open">' in form
    assert '<input type="hidden" name="q" value="anna">' in form


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"status": "open"}, "order_open"),
        ({"status": "cancelled", "payment_status__exact": "paid"}, "order_not_delivered"),
        ({"day": "today"}, "order_by_business_date"),
        ({"payment_status__exact": "refunding"}, "order_not_paid"),
    ],
)
def test_the_filters_used_most_use_an_index(marta, rf, query, index):
    place_many(3000)
    Order.objects.filter(number__gt=1).update(status="delivered", payment_status="paid", business_date="2020-01-01")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order")

    plan = marta.get(LIST, query).context["cl"].queryset[:51].explain()

    assert index in plan
    assert "Seq Scan on orders_order" not in plan


def test_an_action_never_runs_on_all_orders_that_a_filter_matches(marta):
    first, second = shop.place(at=clock.now()), shop.place(at=clock.now())

    selected = {"action": "cancel", "select_across": "1", "index": "0", "_selected_action": [first.pk]}
    response = marta.post(LIST, selected)

    assert response.url == reverse("orders:cancel", args=[first.ref])
    second.refresh_from_db()
    assert second.is_active
