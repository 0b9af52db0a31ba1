"""Alerts: raised by any app inside any transaction, counted while they are open, acknowledged by managers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from pizzeria.foundation import failpoints
from pizzeria.foundation.alerts.kinds import AlertKind, kind_of
from pizzeria.foundation.alerts.models import Alert, AlertQuerySet
from pizzeria.foundation.alerts.services import acknowledge_alert, raise_alert
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import ADMIN, KITCHEN, MANAGER
from tests import shop
from tests.factories import UserFactory
from tests.races.concurrency import a_session_waits_for_a_lock, all_at_once, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

OVEN_IS_COLD = AlertKind("oven_is_cold", gettext_lazy("Oven %(number)s has only %(degrees)d °C"))
LATER = FRIDAY_NIGHT + timedelta(minutes=1)
LIST = reverse("admin:alerts_alert_changelist")

pytestmark = pytest.mark.django_db


def raise_it(key="1", *, degrees=90, at=FRIDAY_NIGHT):
    raise_alert(OVEN_IS_COLD, key=key, at=at, number=key, degrees=degrees)


@pytest.fixture
def marta(kitchen):
    return shop.acting_as(MANAGER, UserFactory(first_name="Marta").pk)


def test_an_open_alert_of_the_same_kind_and_key_is_counted_again_with_the_newest_parameters():
    raise_it()
    raise_it(degrees=80, at=LATER)
    raise_it("2")

    first, second = Alert.objects.order_by("key")
    assert (first.times_seen, first.first_seen_at, first.last_seen_at) == (2, FRIDAY_NIGHT, LATER)
    assert str(first) == "Oven 1 has only 80 °C"
    assert second.times_seen == 1


def test_what_happens_again_after_an_alert_was_acknowledged_raises_another_one(marta):
    raise_it()
    acknowledge_alert(alert_id=Alert.objects.get().pk, by=marta, at=LATER)

    raise_it(at=LATER)

    assert Alert.objects.count() == 2
    assert Alert.objects.open().get().times_seen == 1


@pytest.fixture
def raised_meanwhile(transactional_db, marta):
    """Return a function that raises an alert again while it is acknowledged, and returns the number of alerts."""

    def raised():
        raise_it()
        with ThreadPoolExecutor(1) as threads:
            again = []

            def raise_again():
                again.append(threads.submit(with_a_connection(partial(raise_it, at=LATER))))
                until(a_session_waits_for_a_lock)

            with failpoints.armed("pizzeria.acknowledge_alert.before_commit", raise_again):
                acknowledge_alert(alert_id=Alert.objects.get().pk, by=marta, at=LATER)
            again[0].result()
        return Alert.objects.count()

    return raised


def test_what_happens_while_an_alert_is_being_acknowledged_raises_another_one(raised_meanwhile):
    assert raised_meanwhile() == 2
    assert Alert.objects.open().get().times_seen == 1


def test_control_without_the_lock_the_alert_that_is_being_acknowledged_is_changed_instead(
    raised_meanwhile, monkeypatch
):
    monkeypatch.setattr(AlertQuerySet, "select_for_update", lambda unlocked, **_: unlocked)  # of both

    assert raised_meanwhile() == 1


def test_acknowledging_an_alert_a_second_time_changes_nothing(marta, manager):
    raise_it()
    alert = acknowledge_alert(alert_id=Alert.objects.get().pk, by=marta, at=FRIDAY_NIGHT)

    again = acknowledge_alert(alert_id=alert.pk, by=manager, at=LATER)

    assert (again.acknowledged_at, again.acknowledged_by_id) == (FRIDAY_NIGHT, marta.user_id)


def test_only_managers_acknowledge_alerts(chef, driver, guest):
    raise_it()

    for by in (chef, driver, guest):
        with pytest.raises(NotAllowed):
            acknowledge_alert(alert_id=Alert.objects.get().pk, by=by, at=FRIDAY_NIGHT)


def test_an_alert_is_undone_with_the_transaction_that_raised_it():
    with transaction.atomic():
        raise_it()
        transaction.set_rollback(True)

    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_alert_that_is_raised_eight_times_at_once_is_one_alert_seen_eight_times():
    all_at_once([partial(raise_it)] * 8)

    assert Alert.objects.get().times_seen == 8


def test_an_alert_of_a_newer_release_shows_its_code():
    raise_it()
    Alert.objects.update(kind="from_the_future")

    assert str(Alert.objects.get()) == "from_the_future"


def test_an_alert_with_other_parameters_than_its_text_has_now_shows_its_code_and_what_it_has():
    raise_it()
    Alert.objects.update(parameters={"oven": "1"})

    assert str(Alert.objects.get()) == "oven_is_cold {'oven': '1'}"


def test_two_kinds_of_alerts_cannot_have_the_same_code():
    with pytest.raises(TypeError, match="oven_is_cold"):
        AlertKind("oven_is_cold", "Another text")

    assert kind_of("oven_is_cold") is OVEN_IS_COLD


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_the_first_page_of_the_admin_shows_open_alerts_until_they_are_acknowledged_in_their_list(sign_in, role):
    raise_it()
    browser = sign_in(role)
    assert "Oven 1 has only 90 °C" in browser.get(reverse("admin:index")).content.decode()

    selected = {"action": "acknowledge", "_selected_action": [Alert.objects.get().pk]}
    page = browser.post(LIST, selected, follow=True).content.decode()

    assert "Acknowledged: Oven 1 has only 90 °C" in page
    assert Alert.objects.get().acknowledged_by == browser.user
    assert "Oven 1" not in browser.get(reverse("admin:index")).content.decode()
    assert "Oven 1" in browser.get(LIST, {"state": "acknowledged"}).content.decode()
    assert "Oven 1" not in browser.get(LIST, {"state": "open"}).content.decode()


def test_the_alerts_are_closed_to_kitchen_staff(sign_in):
    assert sign_in(KITCHEN).get(LIST).status_code in {302, 403}


@pytest.mark.parametrize(("many", "says_so"), [(10, False), (11, True)])
def test_the_first_page_of_the_admin_says_that_there_are_more_alerts_than_it_shows(sign_in, kitchen, many, says_so):
    for key in range(many):
        raise_it(str(key))

    html = sign_in(MANAGER).get(reverse("admin:index")).content.decode()

    assert html.count("has only 90 °C") == 10
    assert ("Older ones, too" in html) is says_so
