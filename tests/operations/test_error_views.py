"""PostgreSQL gone: a page that says so, and when to come again."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from orders.models import Basket


@pytest.mark.django_db
def test_is_said_with_503_and_when_to_come_again(client, kitchen, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("orders.selectors.basket", gone)
    client.raise_request_exception = False

    answer = client.get(reverse("orders:basket"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in answer.content.decode()
    assert Basket.objects.count() == 0


@pytest.mark.django_db
def test_is_not_claimed_for_a_fault_of_ours(client, kitchen, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("orders.selectors.basket", broken)
    client.raise_request_exception = False

    assert client.get(reverse("orders:basket")).status_code == 500
