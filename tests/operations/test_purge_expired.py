from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from orders import services as order_services
from orders.models import Basket, OrderContact, PhoneProof
from pizzeria.foundation import clock
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.attempts.counting import Attempt, count_attempt
from pizzeria.foundation.attempts.models import AttemptCounter
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7
from pizzeria.management.commands.purge_expired import Command
from tests import shop
from tests.factories import BasketFactory
from tests.races.concurrency import with_a_connection
from tests.shop import ANNA


@pytest.mark.django_db
def test_purging_deletes_expired_idempotency_keys_and_baskets_and_no_others():
    now = clock.now()
    for age in (timedelta(hours=23), timedelta(hours=25)):
        IdempotencyKey.objects.create(
            principal="basket:1", key=uuid4(), fingerprint="", result_ref=uuid7(), created_at=now - age
        )
    fresh = BasketFactory(used_at=now - timedelta(days=13))
    BasketFactory(used_at=now - timedelta(days=15))

    out = StringIO()
    call_command("purge_expired", stdout=out)

    assert IdempotencyKey.objects.count() == 1
    assert Basket.objects.get() == fresh
    assert "1 form keys and 1 baskets" in out.getvalue()


def fill_again(client, basket, at):
    order_services.add_to_basket(ref=basket.ref, selection=shop.simple_item(), quantity=1, by=GUEST, at=at)


def change_a_line(client, basket, at):
    order_services.change_basket(basket=basket.ref, quantities={basket.lines.get().ref: 2}, by=GUEST, at=at)


def remove_a_line(client, basket, at):
    order_services.change_basket(basket=basket.ref, quantities={}, removed=[basket.lines.get().ref], by=GUEST, at=at)


def show_in_a_checkout(client, basket, at):
    session = client.session
    session["basket"] = str(basket.ref)
    session.save()
    assert client.get(reverse("orders:checkout")).status_code == 200


def order_it(client, basket, at):
    shop.place(basket, at=at)


@pytest.mark.usefixtures("kitchen")
@pytest.mark.parametrize("use", [fill_again, change_a_line, remove_a_line, show_in_a_checkout, order_it])
def test_a_basket_filled_long_ago_is_not_purged_before_two_weeks_after_its_last_use(client, use):
    now = clock.now()
    basket = shop.basket_of(at=now - timedelta(days=15))

    use(client, basket, now)

    assert order_services.purge_baskets(before=now - timedelta(days=14)) == 0
    assert order_services.purge_baskets(before=clock.now()) == 1


@pytest.mark.django_db
def test_purging_deletes_what_limited_guests_some_days_ago(kitchen):
    long_ago, now = clock.now() - timedelta(days=3), clock.now()
    for at in (long_ago, now):
        count_attempt(Attempt("checkout", "the office", 5), at=at)
        order = shop.place(by=GUEST.with_client("the office"), at=at)
        PhoneProof.objects.create(basket=Basket.objects.get(order_ref=order.ref), phone=ANNA.phone, requested_at=at)

    call_command("purge_expired", stdout=StringIO())

    assert AttemptCounter.objects.count() == PhoneProof.objects.count() == 1
    assert list(OrderContact.objects.order_by("pk").values_list("client", flat=True)) == ["", "the office"]


@pytest.mark.django_db(transaction=True)
def test_purging_leaves_a_basket_that_is_in_use_and_waits_for_nobody():
    now = clock.now()
    in_use, _unused = (BasketFactory(used_at=now - timedelta(days=15)) for _ in range(2))

    with transaction.atomic(), ThreadPoolExecutor(1) as threads:
        Basket.objects.for_update().get(pk=in_use.pk)
        purged = threads.submit(with_a_connection(partial(order_services.purge_baskets, before=now))).result()

    assert purged == 1
    assert Basket.objects.get() == in_use


def test_the_help_names_the_screens_and_the_emails_that_are_deleted():
    assert "screens of the board" in Command.help
    assert "e-mails about alerts" in Command.help
