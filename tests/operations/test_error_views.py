"""Error pages: 503 while PostgreSQL is unavailable, 500 for every other error."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from orders.models import Basket


@pytest.mark.django_db
def test_a_page_answers_503_with_retry_after_while_postgresql_is_unavailable(client, kitchen, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("orders.selectors.basket", gone)
    client.raise_request_exception = False

    response = client.get(reverse("orders:basket"))

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in response.content.decode()
    assert Basket.objects.count() == 0


@pytest.mark.django_db
def test_a_page_answers_500_to_any_other_error(client, kitchen, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("orders.selectors.basket", broken)
    client.raise_request_exception = False

    assert client.get(reverse("orders:basket")).status_code == 500
