"""Sending a notice: taken, sent, settled; whatever the provider says, and whoever dies in between."""

from datetime import timedelta
from itertools import pairwise

import pytest

from kitchen import services as kitchen_line
from kitchen.models import Kitchen, Method
from orders import services as front_desk
from orders.channels import Refused, Unanswered, Unavailable
from orders.models import Channel, Notice, NoticeState, OrderContact, Reason
from orders.services.sending import LEASE, MOST_TRIES
from pizzeria.foundation import failpoints
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.operations import mail
from pizzeria.people.roles import DRIVER
from tests import shop
from tests.factories import UserFactory
from tests.orders.telling import newest
from tests.shop import ANNA, FRIDAY_NIGHT

EMAIL, SMS = Channel.EMAIL, Channel.SMS
QUEUED, SENDING, SENT = NoticeState.QUEUED, NoticeState.SENDING, NoticeState.SENT
FAILED, DEAD, EXPIRED = NoticeState.FAILED, NoticeState.DEAD, NoticeState.EXPIRED

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.fixture
def sms(placed_order):
    """An SMS to be sent."""
    return newest(placed_order, SMS)


@pytest.fixture
def email(placed_order):
    """An e-mail to be sent."""
    return newest(placed_order, EMAIL)


@pytest.fixture
def ready(placed_order, chef):
    """An SMS that says: ready."""
    return newest(shop.cooked(placed_order, by=chef), SMS, "ready")


def seconds(count):
    return FRIDAY_NIGHT + timedelta(seconds=count)


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


def send(notice, at=FRIDAY_NIGHT):
    """Send a notice; give it as it is then."""
    front_desk.send_notice(notice_id=notice.pk, at=at)
    return now(notice)


def take(notice, at=FRIDAY_NIGHT):
    return front_desk.take_notice(notice_id=notice.pk, at=at)


def settle(taken, outcome, at=FRIDAY_NIGHT):
    front_desk.settle_notice(notice=taken, outcome=outcome, at=at)
    return now(taken)


def now(notice):
    return Notice.objects.get(pk=notice.pk)


def tried(notice, outcomes):
    """Try a notice whenever it is due, each time with the next outcome; give the times at which it was tried."""
    times = []
    for outcome in outcomes:
        times.append(now(notice).due_at)
        settle(take(notice, times[-1]), outcome, times[-1])
    return times


# What comes of it ----------------------------------------------------------------------------------------------


def test_puts_an_sms_into_the_guests_hand(ready, post):
    sent = send(ready, seconds(3))

    [message] = post.taken("sms")
    assert (message.to, message.text) == (ANNA.phone, "Hi Anna Bianchi! Your order #1 is ready for pickup!")
    assert (sent.state, sent.tries, sent.sent_at, sent.error) == (SENT, 1, seconds(3), "")


def test_puts_an_email_there_and_keeps_its_id(email, post):
    sent = send(email)

    [message] = post.taken("email")
    assert (message.to, message.letter) == (ANNA.email, sent.provider_id)
    assert f"<notice-{email.pk}@" in sent.provider_id


def test_does_so_once_however_often_it_is_asked_to(sms, post):
    for moment in (0, 1, 120, 4000):
        send(sms, seconds(moment))

    assert len(post.taken()) == 1
    assert now(sms).tries == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_tries_later_when_the_provider_has_no_time(sms, post, code):
    post.behaves(SMS=code)

    failed = send(sms)

    assert (failed.state, failed.tries, failed.unanswered, failed.sent_at) == (FAILED, 1, 0, None)
    assert failed.error == f"The SMS provider answered {code}."
    assert seconds(5) <= failed.due_at <= seconds(10)

    post.behaves()
    assert send(sms, failed.due_at - timedelta(seconds=1)).state == FAILED
    assert send(sms, failed.due_at).state == SENT


def test_gives_up_at_once_on_a_number_that_nobody_has(sms, post):
    post.behaves(refused=[ANNA.phone])

    dead = send(sms)

    assert (dead.state, dead.tries) == (DEAD, 1)
    assert ANNA.phone not in dead.error
    assert send(sms, minutes(20)).tries == 1


def test_says_it_a_second_time_to_a_provider_that_took_it_and_never_answered_but_no_third(sms, post):
    post.behaves(SMS="silence")

    first = send(sms)
    second = send(sms, first.due_at)
    third = send(sms, minutes(20))

    assert [(notice.state, notice.unanswered) for notice in (first, second, third)] == [
        (FAILED, 1),
        (DEAD, 2),
        (DEAD, 2),
    ]
    assert len(post.taken("sms")) == 2


def test_counts_only_silence_as_silence(sms):
    tried(sms, [Unavailable("busy"), Unanswered("silence"), Unavailable("busy")])
    assert now(sms).state == FAILED

    tried(sms, [Unanswered("silence again")])
    assert (now(sms).state, now(sms).error) == (DEAD, "silence again")


def test_waits_longer_after_each_try_and_gives_up_after_the_eighth(sms):
    times = tried(sms, [Unavailable("busy")] * MOST_TRIES)

    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    full = [10, 20, 40, 80, 160, 320, 600]
    assert all(longest / 2 <= wait <= longest for wait, longest in zip(waits, full, strict=True))
    assert (now(sms).state, now(sms).tries, now(sms).error) == (DEAD, 8, "busy")
    assert take(sms, minutes(200)) is None


def test_stops_at_an_address_that_was_erased_meanwhile(sms, email, post):
    OrderContact.objects.update(name="", phone="", email="")

    for notice in (send(sms), send(email)):
        assert (notice.state, notice.error) == (DEAD, "no address any more")
    assert post.taken() == []


def test_goes_to_the_address_of_the_moment(email, post):
    OrderContact.objects.update(email="anna@elsewhere.example")

    send(email)

    assert [message.to for message in post.taken()] == ["anna@elsewhere.example"]


def test_waits_for_a_way_that_was_closed_meanwhile(sms, email, settings):
    settings.MAILERS, settings.NOTIFY_SMS_URL = mail.mailers(""), ""

    assert {send(sms).state, send(email).state} == {FAILED}


# What is no news any more --------------------------------------------------------------------------------------


def test_leaves_out_what_is_older_than_half_an_hour(ready, post):
    assert send(ready, minutes(31)).state == EXPIRED

    assert now(ready).error == "too old"
    assert post.taken() == []


def test_still_says_it_after_half_an_hour_exactly(ready):
    assert send(ready, minutes(30)).state == SENT


def test_confirms_for_a_day(sms, email):
    assert send(sms, minutes(24 * 60)).state == SENT
    assert send(email, minutes(24 * 60 + 1)).state == EXPIRED


def test_calls_nobody_to_a_pizza_that_is_back_in_the_oven(ready, placed_order, chef):
    kitchen_line.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))

    assert (send(ready, minutes(1)).state, now(ready).error) == (EXPIRED, "overtaken")


def test_calls_once_for_a_pizza_that_was_ready_twice(ready, placed_order, chef):
    kitchen_line.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))
    kitchen_line.finish_ticket(ref=placed_order.ref, by=chef, at=minutes(4))
    again = newest(placed_order, SMS, "ready", at=minutes(4))

    assert (send(ready, minutes(4)).state, now(ready).error) == (EXPIRED, "overtaken")
    assert send(again, minutes(4)).state == SENT


def test_calls_nobody_who_has_it_already(ready, placed_order, chef):
    front_desk.hand_over(ref=placed_order.ref, by=chef, at=minutes(1))

    assert send(ready, minutes(1)).state == EXPIRED


def test_confirms_nothing_that_was_cancelled(sms, placed_order, guest):
    front_desk.cancel_order(ref=placed_order.ref, reason=Reason.CHANGED_MIND, by=guest, at=minutes(1))

    assert send(sms, minutes(1)).state == EXPIRED
    assert send(newest(placed_order, SMS, "cancelled"), minutes(1)).state == SENT


def test_says_on_the_way_only_while_it_is(chef):
    dario = shop.acting_as(DRIVER, UserFactory().pk)
    order = shop.cooked(shop.place(method=Method.DELIVERY), by=chef)
    front_desk.claim_delivery(ref=order.ref, by=dario, at=FRIDAY_NIGHT)
    front_desk.leave_for_delivery(ref=order.ref, by=dario, at=FRIDAY_NIGHT)
    sms, email = (newest(order, channel, "out_for_delivery") for channel in (SMS, EMAIL))

    assert send(sms, minutes(1)).state == SENT
    front_desk.fail_delivery(ref=order.ref, reason=Reason.NOBODY_HOME, by=dario, at=minutes(2))
    assert send(email, minutes(2)).state == EXPIRED


def test_promises_anew_only_what_is_still_the_promise(kitchen, chef):
    Kitchen.objects.update(cooking_places=1)
    first, late = shop.place(), shop.place()
    kitchen_line.start_cooking(ref=first.ref, by=chef, at=minutes(15))
    once = newest(late, SMS, "promise_changed", at=minutes(15))
    kitchen_line.finish_ticket(ref=first.ref, by=chef, at=minutes(44))
    twice = newest(late, SMS, "promise_changed", at=minutes(44))

    assert (send(once, minutes(44)).state, now(once).error) == (EXPIRED, "overtaken")
    assert send(twice, minutes(44)).state == SENT


# Who dies, and who is late -------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a sender does not live to see."""


def killed(at_the):
    def die():
        raise Killed

    return failpoints.armed(f"orders.{at_the}", die)


def test_sends_again_what_a_killed_sender_left_when_its_time_is_up_and_not_before(sms, post):
    with killed("take_notice.after_commit"), pytest.raises(Killed):
        send(sms)

    assert (now(sms).state, now(sms).tries) == (SENDING, 1)
    assert send(sms, FRIDAY_NIGHT + LEASE - timedelta(seconds=1)).state == SENDING
    assert post.taken() == []
    assert (send(sms, FRIDAY_NIGHT + LEASE).state, now(sms).tries) == (SENT, 2)
    assert len(post.taken()) == 1


def test_doubles_what_had_gone_out_just_before_its_sender_was_killed(sms, post):
    """The one way in which a message goes out twice."""
    with killed("settle_notice.begun"), pytest.raises(Killed):
        send(sms)

    send(sms, FRIDAY_NIGHT + LEASE)

    assert len(post.taken()) == 2
    assert now(sms).state == SENT


def test_gives_up_on_what_kills_whoever_sends_it(sms):
    for round_ in range(MOST_TRIES + 1):
        taken = take(sms, FRIDAY_NIGHT + round_ * LEASE)
        assert (taken is None) == (round_ == MOST_TRIES)

    assert (now(sms).state, now(sms).error) == (DEAD, "whoever sent it died of it")


def test_lets_a_late_failure_change_nothing_for_whoever_has_it_now(sms):
    slow = take(sms)
    quick = take(sms, FRIDAY_NIGHT + LEASE)

    assert (settle(slow, Refused("no such number")).state, now(sms).error) == (SENDING, "whoever sent it died of it")

    settle(quick, "SM17")
    assert (settle(slow, Unavailable("busy")).state, now(sms).provider_id) == (SENT, "SM17")


def test_believes_a_late_word_that_it_went_out(sms):
    slow = take(sms)
    quick = take(sms, FRIDAY_NIGHT + LEASE)

    settle(slow, "SM1", seconds(61))

    assert settle(quick, Unavailable("busy"), seconds(62)).state == SENT
    assert settle(quick, "SM2", seconds(63)).provider_id == "SM1"
    assert (now(sms).sent_at, now(sms).error) == (seconds(61), "")


# Once more, with a manager's word ------------------------------------------------------------------------------


def test_is_done_again_when_a_manager_wants_it(sms, post, manager):
    post.behaves(refused=[ANNA.phone])
    send(sms)
    post.behaves()

    again = front_desk.send_notice_again(notice_id=sms.pk, by=manager, at=minutes(5))

    assert (again.state, again.tries, again.due_at, again.error) == (QUEUED, 0, minutes(5), "")
    assert (send(sms, minutes(5)).state, len(post.taken())) == (SENT, 1)


def test_again_has_all_its_tries_before_it(sms, manager):
    tried(sms, [Unanswered("silence")] * 2)
    front_desk.send_notice_again(notice_id=sms.pk, by=manager, at=minutes(5))

    tried(sms, [Unavailable("busy")] * (MOST_TRIES - 1) + [Unanswered("silence")])

    assert (now(sms).state, now(sms).tries, now(sms).unanswered) == (DEAD, 8, 1)


def test_again_makes_news_of_what_was_too_old_but_not_of_what_is_not_so(ready, placed_order, chef, manager):
    send(ready, minutes(31))
    front_desk.send_notice_again(notice_id=ready.pk, by=manager, at=minutes(32))
    assert send(ready, minutes(33)).state == SENT

    other = newest(placed_order, EMAIL, "ready")
    front_desk.hand_over(ref=placed_order.ref, by=chef, at=minutes(34))
    send(other, minutes(34))
    front_desk.send_notice_again(notice_id=other.pk, by=manager, at=minutes(35))
    assert send(other, minutes(35)).error == "overtaken"


def test_again_is_for_managers(sms, guest, chef, driver):
    Notice.objects.update(state=DEAD)

    for by in (guest, chef, driver):
        with pytest.raises(NotAllowed):
            front_desk.send_notice_again(notice_id=sms.pk, by=by, at=FRIDAY_NIGHT)

    assert now(sms).state == DEAD


@pytest.mark.parametrize("state", [QUEUED, SENDING, SENT], ids=str)
def test_again_is_refused_for_what_was_sent_or_will_be(sms, manager, state):
    Notice.objects.update(state=state)

    with pytest.raises(front_desk.NothingToSendAgain):
        front_desk.send_notice_again(notice_id=sms.pk, by=manager, at=FRIDAY_NIGHT)

    assert now(sms).state == state


def test_again_of_an_unknown_notice_finds_nothing(kitchen, manager):
    with pytest.raises(Notice.DoesNotExist):
        front_desk.send_notice_again(notice_id=4711, by=manager, at=FRIDAY_NIGHT)


def test_takes_as_many_statements_for_a_long_order_as_for_a_short_one(post, django_assert_num_queries):
    short, long = shop.place(), shop.place(shop.basket_of(*[shop.pizza(), shop.extra()] * 4))

    for notice in (newest(short, SMS), newest(long, SMS)):
        with django_assert_num_queries(7):  # four are the two transactions'
            front_desk.send_notice(notice_id=notice.pk, at=FRIDAY_NIGHT)
