"""The pages of the simulation: asking, waiting for the answer, and reading it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from orders.reports.what_if import services, tasks
from orders.reports.what_if.models import RunState, WhatIfRun
from pizzeria.foundation import clock
from tests import shop
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

ASK = reverse("admin:what_if:ask")
FRIDAY = "2026-11-20"
SATURDAY_NOON = FRIDAY_NIGHT + timedelta(hours=16)


@pytest.fixture(autouse=True)
def _saturday_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: SATURDAY_NOON)


@pytest.fixture
def orders(chef):
    """Two orders of Friday, the second of which waited for the first."""
    orders = [shop.place(), shop.place(at=FRIDAY_NIGHT + timedelta(minutes=1))]
    for number, order in enumerate(orders):
        begins = FRIDAY_NIGHT + timedelta(minutes=2 + 10 * number)
        kitchen_services.start_cooking(ref=order.ref, by=chef, at=begins)
        kitchen_services.finish_ticket(ref=order.ref, by=chef, at=begins + timedelta(minutes=9))
    return orders


def html_of(response):
    return response.content.decode()


def test_a_manager_asks_waits_and_reads_the_scenarios_side_by_side(marta, orders):
    asked = marta.post(ASK, {"business_date": FRIDAY, "more_slots": "on", "oven_slots": "1"})

    run = WhatIfRun.objects.get()
    waiting = html_of(marta.get(asked.url))
    tasks.simulate_run(run.pk)
    finished = html_of(marta.get(asked.url))

    assert asked.url == reverse("admin:what_if:run", args=[run.ref])
    assert "Waiting for a worker" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert 'http-equiv="refresh"' not in finished
    for name in ("What happened", "Simulated as it was", "One more oven slot", "Your numbers"):
        assert f'<th scope="col">{name}</th>' in finished
    assert [scenario.oven_slots for scenario in run.scenarios] == [5, 5, 6, 1]


def test_the_page_of_the_question_lists_the_earlier_ones(marta, orders):
    asked = marta.post(ASK, {"business_date": FRIDAY, "more_cooks": "on"})

    html = html_of(marta.get(ASK))

    assert f'href="{asked.url}"' in html
    assert [scenario.cooks for scenario in WhatIfRun.objects.get().scenarios] == [1, 1, 2]


def test_a_page_that_waits_for_a_worker_in_vain_says_so_and_stops_loading_itself(marta, orders, monkeypatch):
    asked = marta.post(ASK, {"business_date": FRIDAY, "more_slots": "on"})
    monkeypatch.setattr(clock, "now", lambda: SATURDAY_NOON + timedelta(minutes=2))

    html = html_of(marta.get(asked.url))

    assert "No worker has begun yet." in html
    assert 'http-equiv="refresh"' not in html


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"business_date": FRIDAY}, "Please choose at least one thing that would have been different."),
        ({"business_date": "2026-11-19", "more_slots": "on"}, "There were no orders on that day."),
        ({"business_date": "2026-11-21", "more_slots": "on"}, "That day is not over yet."),
        ({"business_date": "9999-12-31", "more_slots": "on"}, "That day is not over yet."),
        ({"business_date": "0001-01-01", "more_slots": "on"}, "There were no orders on that day."),
        ({"business_date": "Friday", "more_slots": "on"}, "That is not a day."),
        ({"business_date": FRIDAY, "fewer_cooks": "on"}, "There was only one."),
        ({"business_date": FRIDAY, "oven_slots": "0"}, "1 at least, please."),
        ({"business_date": FRIDAY, "oven_slots": "1001"}, "1000 at most, please."),
        ({"business_date": FRIDAY, "cooks": "two"}, "A whole number, please."),
    ],
)
def test_a_question_without_an_answer_is_said_and_nothing_is_simulated(marta, orders, data, sentence):
    response = marta.post(ASK, data)

    assert response.status_code == 422
    assert sentence in html_of(response)
    assert not WhatIfRun.objects.exists()


def test_a_run_that_failed_says_so_and_does_not_refresh_for_ever(marta, orders):
    marta.post(ASK, {"business_date": FRIDAY, "more_slots": "on"})
    WhatIfRun.objects.update(attempts=services.MAX_ATTEMPTS)
    tasks.simulate_run(WhatIfRun.objects.get().pk)

    run = WhatIfRun.objects.get()
    html = html_of(marta.get(reverse("admin:what_if:run", args=[run.ref])))

    assert run.state == RunState.FAILED
    assert "The simulation failed." in html
    assert 'http-equiv="refresh"' not in html
