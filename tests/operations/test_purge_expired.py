from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from orders.models import Basket
from pizzeria.foundation import clock
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7
from tests.factories import BasketFactory


@pytest.mark.django_db
def test_purging_deletes_expired_idempotency_keys_and_baskets_and_no_others():
    now = clock.now()
    for age in (timedelta(hours=23), timedelta(hours=25)):
        IdempotencyKey.objects.create(
            principal="basket:1", key=uuid4(), fingerprint="", result_ref=uuid7(), created_at=now - age
        )
    fresh = BasketFactory(created_at=now - timedelta(days=13))
    BasketFactory(created_at=now - timedelta(days=15))

    out = StringIO()
    call_command("purge_expired", stdout=out)

    assert IdempotencyKey.objects.count() == 1
    assert Basket.objects.get() == fresh
    assert "1 form keys and 1 baskets" in out.getvalue()
