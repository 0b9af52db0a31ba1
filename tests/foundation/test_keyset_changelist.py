"""The long lists of the admin: each is read by keys, without counting, and with all of its filters."""

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from structlog.testing import capture_logs

from orders.customers.models import Customer
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin
from pizzeria.users.roles import ADMIN
from tests import shop
from tests.factories import UserFactory, WebhookSubscriptionFactory
from tests.orders.notifications.notification_helpers import create_notifications
from tests.orders.payments.receipt_helpers import paid_by_card

LONG_LISTS = [
    "customers.Customer",
    "events.OutboxEntry",
    "notifications.Notification",
    "orders.Order",
    "payments.PaymentAttempt",
    "payments.Receipt",
    "payments.ReconciliationRun",
    "payments.Refund",
    "payments.RefundRequest",
    "payments.WebhookMessage",
    "webhooks.WebhookDelivery",
]


@pytest.fixture
def order(kitchen, message_sinks):
    """Return an order with a payment, a receipt and messages."""
    WebhookSubscriptionFactory()
    order = paid_by_card()
    create_notifications(order)
    return order


def test_all_lists_that_grow_with_the_orders_are_read_by_keys():
    long = {
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, KeysetModelAdmin)
    }

    assert set(LONG_LISTS) <= long


@pytest.mark.parametrize("label", LONG_LISTS)
def test_a_long_list_opens_with_each_of_its_filters_and_without_counting(sign_in, order, label):
    browser = sign_in(ADMIN)
    model = next(model for model in admin.site._registry if model._meta.label == label)
    address = reverse(admin_urlname(model._meta, "changelist"))

    with CaptureQueriesContext(connection) as queries:
        page = browser.get(address)
        links = [
            choice["query_string"]
            for spec in page.context["cl"].filter_specs
            for choice in spec.choices(page.context["cl"])
            if "query_string" in choice
        ]
        answers = {link: browser.get(address + link).status_code for link in links}
        searched = browser.get(address, {"q": "x"})
        paged = browser.get(address, {"before": 10**9})

    assert set(answers.values()) <= {200}
    assert page.status_code == searched.status_code == paged.status_code == 200
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"] or "OFFSET" in query["sql"]]


@pytest.mark.parametrize("label", ["payments.Receipt", "events.OutboxEntry", "customers.Customer"])
@pytest.mark.parametrize("query", ["year=1", "stream=x", "before=x", "year=%00", "q=%25", "state=x"])
def test_nonsense_in_a_long_list_gives_a_clean_page(sign_in, order, label, query):
    browser = sign_in(ADMIN)
    model = next(model for model in admin.site._registry if model._meta.label == label)

    page = browser.get(f"{reverse(admin_urlname(model._meta, 'changelist'))}?{query}", follow=True)

    assert page.status_code == 200


@pytest.mark.parametrize(
    ("text", "names"),
    [("jose", ["José"]), ("0612 345", ["Anna"]), ("%", []), ("42", []), ("a@b", []), ("", ["José", "Anna"])],
)
def test_customers_are_searched_by_name_and_phone_and_the_search_is_logged(sign_in, text, names):
    for name, phone in (("Anna", "+390612345678"), ("José", "+390655555555")):
        Customer.objects.create(user=UserFactory(), name=name, phone=phone)
    browser = sign_in(ADMIN)

    with capture_logs() as lines:
        page = browser.get(reverse("admin:customers_customer_changelist"), {"q": text})

    assert [customer.name for customer in page.context["cl"].result_list][: len(names)] == names
    logged = [line["found"] for line in lines if line["event"] == "personal_data_searched"]
    assert logged == ([len(names)] if text in {"jose", "0612 345", "%", "a@b"} else [])
    assert shop.ANNA.phone not in str(lines)


def customers_to_choose(browser, term):
    """Return the answer to a search in the coupon form's field of the customer."""
    field = {"app_label": "orders", "model_name": "coupon", "field_name": "customer"}
    return browser.get(reverse("admin:autocomplete"), field | {"term": term})


@pytest.mark.parametrize(
    ("term", "names", "kinds"),
    [
        ("jose", ["José"], ["name"]),
        ("0612 345", ["Anna"], ["phone"]),
        ("an\0na", ["Anna"], ["name"]),
        ("\0", ["José", "Anna"], None),
        ("", ["José", "Anna"], None),
    ],
)
def test_a_search_for_the_customer_of_a_coupon_is_logged_as_one_in_the_list_is(sign_in, term, names, kinds):
    for name, phone in (("Anna", "+390612345678"), ("José", "+390655555555")):
        Customer.objects.create(user=UserFactory(), name=name, phone=phone)
    browser = sign_in(ADMIN)

    with capture_logs() as lines:
        answer = customers_to_choose(browser, term)

    assert [row["text"] for row in answer.json()["results"]] == [str(c) for c in customers_named(names)]
    logged = [(line["kinds"], line["found"]) for line in lines if line["event"] == "personal_data_searched"]
    assert logged == ([(kinds, len(names))] if kinds else [])


def customers_named(names):
    """Return customers in the order of their names."""
    return [Customer.objects.get(name=name) for name in names]
