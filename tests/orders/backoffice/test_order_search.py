"""The search for orders in the admin: by number, name, phone number and e-mail, and what is logged of it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from structlog.testing import capture_logs

from orders.backoffice.order_search import search_orders
from orders.models import Order, OrderContact
from pizzeria.foundation import clock
from pizzeria.foundation.text_search import SearchText
from tests import shop

LIST = reverse("admin:orders_order_changelist")

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def guests():
    """Place orders of three guests, Anna first; return the orders by name."""
    contacts = {
        "anna": shop.ANNA,
        "jose": replace(shop.ANNA, name="José Müller", phone="+4917612345999", email="jose@example.org"),
        "percent": replace(shop.ANNA, name="Per%cent _Under", phone="+390655555555", email="per_cent@example.org"),
    }
    return {name: shop.place(contact=contact, at=clock.now()) for name, contact in contacts.items()}


def found(text):
    """Return the names of the guests whose orders a search finds, newest first."""
    orders = search_orders(Order.objects.order_by("-id"), SearchText.of(text)).select_related("contact")
    return [order.contact.name.split()[0] for order in orders]


FOUND = {
    "#1": ["Anna"],
    "2": ["José"],
    " # 3 ": ["Per%cent"],
    "٢": ["José"],  # 2, in Arabic
    "999999": [],
    "#": [],
    "anna": ["Anna"],
    "ANNA bian": ["Anna"],
    "bianchi anna": ["Anna"],
    "anna müller": [],
    "jose": ["José"],
    "JOSÉ MULLER": ["José"],
    "nna": ["Anna"],
    "an": ["Anna"],  # two letters: the beginning of a word
    "bi": ["Anna"],
    "na": [],
    "%": [],
    "r%c": ["Per%cent"],
    "r_c": [],
    "_un": ["Per%cent"],
    "0612 345": ["Anna"],
    "+39 06 1234": ["Anna"],
    "0039 06": ["Per%cent", "Anna"],
    "+49 (0)176 12345": ["José"],
    "0176-12345": ["José"],
    "(+39) 06 12345678": ["Anna"],
    "061234567890": [],
    "0000": [],
    "345678": ["Anna"],  # the last six digits
    "345999": ["José"],
    "+345678": [],  # no number begins with it
    "1234": ["José", "Anna"],
    "#1234": [],
    "anna@example.com": ["Anna"],
    "ANNA@EXAMPLE": ["Anna"],
    "@example.org": ["Per%cent", "José"],
    "per_cent@": ["Per%cent"],
    "perxcent@": [],
    "example.org": ["Per%cent", "José"],
    "\\": [],
    "' OR 1=1 --": [],
}


def test_a_search_finds_orders_by_what_the_text_looks_like(guests):
    """One test, because placing the orders takes longer than all these searches."""
    assert {text: found(text) for text in FOUND} == FOUND


def test_a_number_finds_todays_order_first_and_then_those_of_earlier_days(marta):
    at = clock.now()
    old = shop.place(at=at - timedelta(days=9))
    yesterday = shop.place(at=at - timedelta(days=1))
    today = shop.place(at=at)

    page = marta.get(LIST, {"q": "#1"})

    assert page.context["cl"].result_list == [today, yesterday, old]


def test_a_search_keeps_the_filters_and_the_filters_keep_the_search(marta, guests):
    page = marta.get(LIST, {"q": "example.org", "status": "open", "day": "today"})

    assert [order.contact.name for order in page.context["cl"].result_list] == ["Per%cent _Under", "José Müller"]
    assert "q=example.org" in re.search(r'href="([^"]*status=ready[^"]*)"', page.content.decode())[1]


@pytest.mark.parametrize(
    ("text", "kinds", "count"),
    [("jose", ["name"], 1), ("0039 06", ["phone"], 2), ("1234", ["phone"], 2), ("@example", ["email"], 3)],
)
def test_a_search_of_personal_data_is_logged_with_its_kind_and_never_with_its_text(marta, guests, text, kinds, count):
    with capture_logs() as lines:
        marta.get(LIST, {"q": text})

    logged = [line for line in lines if line["event"] == "personal_data_searched"]
    assert logged == [
        {
            "event": "personal_data_searched",
            "log_level": "info",
            "by": str(marta.user.pk),
            "kinds": kinds,
            "where": "orders",
            "found": count,
            "has_more": False,
        }
    ]
    assert text not in str(lines)


@pytest.mark.parametrize("text", ["#2", "2", "", "   "])
def test_a_number_of_an_order_is_no_personal_data(marta, guests, text):
    with capture_logs() as lines:
        marta.get(LIST, {"q": text})

    assert not [line for line in lines if line["event"] == "personal_data_searched"]


@pytest.fixture
def many_contacts(placed_order):
    """Write some thousand orders with contacts, without their events."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO orders_order (id, ref, seq, kitchen_id, method, status, number, business_date, payment_method,
                payment_status, payment_failure, paid, refund_requested, refunded, cancel_reason)
            SELECT 100000 + n, gen_random_uuid(), 1, kitchen_id, 'pickup', 'delivered', n + 1, business_date, 'cash',
                'paid', '', 0, 0, 0, '' FROM orders_order, generate_series(1, 2000) n
            """
        )
        cursor.execute(
            """
            INSERT INTO orders_ordercontact (order_id, name, phone, email, street, postal_code, city, directions,
                allergies, notes, reason_note, guest_token, client)
            SELECT 100000 + n, 'Guest ' || md5(n::text), '+3906' || (10000000 + n * 7919),
                md5(n::text) || '@example.net', '', '', '', '', '', '', '', '', '' FROM generate_series(1, 2000) n
            """
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE orders_order, orders_ordercontact")
        for kind in ("name", "phone", "email"):
            cursor.execute(f"SELECT gin_clean_pending_list('contact_{kind}_search')")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as if there were so many rows that walking never pays
        cursor.execute("SET LOCAL enable_indexscan = off")  # bitmap scans stay: trigram indexes have no other


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("Bianchi", ["contact_name_search"]),
        ("anna bianchi", ["contact_name_search"]),
        ("345 678", ["contact_phone_search"]),
        ("+39 0612345", ["contact_phone_search"]),
        ("06 12345678", ["contact_phone_search"]),
        ("anna@example.com", ["contact_email_search"]),
        ("345678", ["order_by_number", "contact_phone_search"]),
        ("anna.bianchi", ["contact_name_search", "contact_email_search"]),
        ("#42", ["order_by_number"]),
    ],
)
def test_a_search_uses_the_indexes(many_contacts, text, indexes):
    plan = search_orders(Order.objects.order_by("-id"), SearchText.of(text))[:51].explain()

    assert set(indexes) <= set(re.findall(r"\b\w+_(?:search|number)\b", plan)), plan
    assert "Seq Scan on orders_ordercontact" not in plan


@pytest.mark.parametrize(("page", "bound"), [("before", "<"), ("after", ">")])
def test_a_later_page_of_a_search_reads_neither_orders_nor_contacts_of_the_pages_before(marta, guests, page, bound):
    with CaptureQueriesContext(connection) as queries:
        marta.get(LIST, {"q": "example", page: guests["jose"].pk})

    searches = [query["sql"] for query in queries if "normalize(" in query["sql"]]
    for table, column in (("orders_order", "id"), ("orders_ordercontact", "order_id")):
        assert f'"{table}"."{column}" {bound} {guests["jose"].pk}' in searches[0]


def test_the_contacts_of_erased_people_are_not_found(guests):
    OrderContact.objects.update(name="", phone="", email="")

    assert found("anna") == found("0612 345") == found("@example") == []
