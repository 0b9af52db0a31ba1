"""Sending again: a manager's second chance for what did not go out."""

import pytest

from orders import services as order_services
from orders.channels import Unanswered, Unavailable
from orders.models import Notice
from orders.services.sending import MOST_TRIES
from pizzeria.foundation.refusals import NotAllowed
from tests.orders.telling import DEAD, EMAIL, QUEUED, SENDING, SENT, minutes, newest, now, send, tried
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_is_done_when_a_manager_wants_it(sms, post, manager):
    post.behaves(refused=[ANNA.phone])
    send(sms)
    post.behaves()

    again = order_services.send_notice_again(notice_id=sms.pk, by=manager, at=minutes(5))

    assert (again.state, again.tries, again.due_at, again.error) == (QUEUED, 0, minutes(5), "")
    assert (send(sms, minutes(5)).state, len(post.taken())) == (SENT, 1)


def test_has_all_its_tries_before_it(sms, manager):
    tried(sms, [Unanswered("silence")] * 2)
    order_services.send_notice_again(notice_id=sms.pk, by=manager, at=minutes(5))

    tried(sms, [Unavailable("busy")] * (MOST_TRIES - 1) + [Unanswered("silence")])

    assert (now(sms).state, now(sms).tries, now(sms).unanswered) == (DEAD, 8, 1)


def test_makes_news_of_what_was_too_old_but_not_of_what_is_not_so(ready_sms, placed_order, chef, manager):
    send(ready_sms, minutes(31))
    order_services.send_notice_again(notice_id=ready_sms.pk, by=manager, at=minutes(32))
    assert send(ready_sms, minutes(33)).state == SENT

    other = newest(placed_order, EMAIL, "ready")
    order_services.hand_over(ref=placed_order.ref, by=chef, at=minutes(34))
    send(other, minutes(34))
    order_services.send_notice_again(notice_id=other.pk, by=manager, at=minutes(35))
    assert send(other, minutes(35)).error == "overtaken"


def test_is_for_managers(sms, guest, chef, driver):
    Notice.objects.update(state=DEAD)

    for by in (guest, chef, driver):
        with pytest.raises(NotAllowed):
            order_services.send_notice_again(notice_id=sms.pk, by=by, at=FRIDAY_NIGHT)

    assert now(sms).state == DEAD


@pytest.mark.parametrize("state", [QUEUED, SENDING, SENT], ids=str)
def test_is_refused_for_what_was_sent_or_will_be(sms, manager, state):
    Notice.objects.update(state=state)

    with pytest.raises(order_services.NothingToSendAgain):
        order_services.send_notice_again(notice_id=sms.pk, by=manager, at=FRIDAY_NIGHT)

    assert now(sms).state == state


def test_of_an_unknown_notice_finds_nothing(kitchen, manager):
    with pytest.raises(Notice.DoesNotExist):
        order_services.send_notice_again(notice_id=4711, by=manager, at=FRIDAY_NIGHT)
