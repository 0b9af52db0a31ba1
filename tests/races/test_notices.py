"""
One notice, however many hear of its event and however many are asked to send it: written once, sent once.

With the unique row taken out, each who hears writes it again; with the lock taken out, each who is asked sends it.
"""

from functools import partial
from threading import Barrier

import pytest

from orders import services as front_desk
from orders.models import Channel, Notice, NoticeState
from orders.models.notice import NoticeQuerySet
from orders.services import sending
from pizzeria.foundation.events.models import Event
from tests import shop
from tests.orders.telling import newest
from tests.races.crowd import all_at_once
from tests.shop import FRIDAY_NIGHT

WORKERS = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen", "post")]


@pytest.fixture
def hear():
    """Hear that an order has been confirmed."""
    event = Event.objects.get(noun_ref=shop.place().ref, type="order.confirmed.v1")
    return partial(front_desk.write_notices, event_id=event.pk, at=FRIDAY_NIGHT)


@pytest.fixture
def notice():
    return newest(shop.place(), Channel.SMS)


def test_is_written_once_by_all_who_hear_of_it_at_once(hear):
    answers = all_at_once([hear] * WORKERS)

    assert Notice.objects.count() == 2
    assert {tuple(notice.pk for notice in answer) for answer in answers} == {
        tuple(Notice.objects.order_by("pk").values_list("pk", flat=True))
    }


def test_control_without_the_unique_row_each_writes_it(without_the_unique_row, hear):
    all_at_once([hear] * WORKERS)

    assert Notice.objects.count() == 2 * WORKERS


def test_is_sent_once_by_all_who_are_asked_to_at_once(notice, post):
    all_at_once([partial(front_desk.send_notice, notice_id=notice.pk, at=FRIDAY_NIGHT)] * WORKERS)

    notice.refresh_from_db()
    assert (notice.state, notice.tries) == (NoticeState.SENT, 1)
    assert len(post.taken()) == 1


def test_control_without_the_lock_each_sends_it(notice, post, monkeypatch):
    all_have_looked = Barrier(WORKERS)

    def look(notice, *, at):
        all_have_looked.wait(timeout=60)
        return ""

    monkeypatch.setattr(NoticeQuerySet, "select_for_update", lambda unlocked, **_: unlocked)
    monkeypatch.setattr(sending, "why_no_news", look)

    all_at_once([partial(front_desk.send_notice, notice_id=notice.pk, at=FRIDAY_NIGHT)] * WORKERS)

    assert len(post.taken()) == WORKERS
