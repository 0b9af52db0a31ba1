"""
Sending notices, in three steps, so that nothing is locked while a provider is asked: take, send, settle.

Who is killed between the first step and the last leaves the notice taken; when its time is up, it is taken again. If
the letter had gone out just before, it goes out twice: that is the one moment in which it can, once for each process
killed.

The messages of one order leave by a channel in the order of its events: one that a later message has overtaken is
dropped, and while one is being sent the later ones wait, until its lease ends at the longest.
"""

import time
from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext as _

from orders.channels import Refused, Unanswered, Unavailable, Undelivered
from orders.models import Notice, NoticeState, NotificationChannel
from orders.permissions import SEND_NOTICES_AGAIN
from orders.selectors.letters import letter_of
from orders.services.audience import why_no_news
from orders.services.ways_out import WAYS_OUT
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed, Refusal

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=1)  # how long a sender has, from taking to settling
MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)


class NothingToSendAgain(Refusal):
    """It was sent, or will be without anybody's help."""

    code = "nothing_to_send_again"


def send_notice(*, notice_id: int, at: datetime) -> bool:
    """
    Send a notice, if it is due and still news. Of any number who are asked to at the same time, one does.

    The pause before the next try begins when this one is over: a silent provider has used some of it up.

    :returns: whether it was tried; later notices may have waited for that
    """
    notice = take_notice(notice_id=notice_id, at=at)
    if notice is None:
        return False
    begun = time.monotonic()
    outcome = _sent(notice)
    took = timedelta(seconds=0 if isinstance(outcome, str) else int(time.monotonic() - begun))
    settle_notice(notice=notice, outcome=outcome, at=at + took)
    return True


@command
def take_notice(*, notice_id: int, at: datetime) -> Notice | None:
    """
    Take a notice for sending: until its lease is over it is due to nobody else.

    All messages of the order by this channel are locked together, so that each is decided on knowing the others.

    :returns: None when there is nothing to send: somebody else has it, an earlier one is being sent, or it has just
        been found too old, overtaken, or tried too often
    """
    asked = Notice.objects.filter(pk=notice_id).first()
    if asked is None:
        return None
    by_order = Notice.objects.alongside(asked).select_related("event", "order__contact", "order__customer")
    notices = list(by_order.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    notice = next(each for each in notices if each.pk == notice_id)
    earlier = [each for each in notices if each.event.seq < notice.event.seq]
    if not notice.is_due(at) or any(each.is_being_sent(at) for each in earlier):
        return None
    if notice.state == NoticeState.SENDING:
        notice.error = "whoever sent it died of it"
    later = [each for each in notices if each.event.seq > notice.event.seq]
    if why := why_no_news(notice, later=later, at=at):
        notice.state, notice.error = NoticeState.EXPIRED, why
    elif notice.tries >= MOST_TRIES:
        notice.state = NoticeState.DEAD
    else:
        notice.state, notice.tries, notice.due_at = NoticeState.SENDING, notice.tries + 1, at + LEASE
    notice.save(update_fields=["state", "error", "tries", "due_at"])
    return notice if notice.state == NoticeState.SENDING else None


def _sent(notice: Notice) -> str | Undelivered:
    """Let a taken notice go out; give the provider's id of it, or why it did not."""
    way_out = WAYS_OUT[NotificationChannel(notice.channel)]
    if not way_out.is_open():
        return Unavailable("this shop sends none at the moment")
    try:
        letter = letter_of(notice)
    except Exception as fault:
        log.exception("letter_not_written", notice_id=notice.pk)
        return Unavailable(f"cannot be written: {type(fault).__name__}")
    if letter is None:
        return Refused("no address any more")
    try:
        return way_out.send(letter)
    except Undelivered as why:
        return why
    except Exception as fault:  # the task's time limit among them: nobody knows whether the letter is out
        log.exception("letter_not_settled", notice_id=notice.pk)
        return Unanswered(type(fault).__name__)


@command
def settle_notice(*, notice: Notice, outcome: str | Undelivered, at: datetime) -> None:
    """
    Write down what came of a notice that was taken.

    Whoever took too long may find it taken by somebody else. That it went out is so, however late it is said; that it
    did not is then for the other to say.

    :param notice: as `take_notice` gave it
    :param outcome: the provider's id of it, or why it did not go out
    """
    row = Notice.objects.filter(pk=notice.pk)
    if isinstance(outcome, str):
        row.exclude(state=NoticeState.SENT).update(
            state=NoticeState.SENT, sent_at=at, provider_id=outcome[:120], error=""
        )
        return
    row.filter(state=NoticeState.SENDING, due_at=notice.due_at).update(
        state=NoticeState.FAILED if _is_tried_again(notice, outcome) else NoticeState.DEAD,
        due_at=at + backoff_delay(notice.tries, first=FIRST_PAUSE, longest=LONGEST_PAUSE),
        unanswered=notice.unanswered + isinstance(outcome, Unanswered),
        error=str(outcome)[:200],
    )


def _is_tried_again(notice: Notice, why: Undelivered) -> bool:
    match why:
        case Refused():
            return False
        case Unanswered() if notice.unanswered:
            return False  # it may have gone out twice already
    return notice.tries < MOST_TRIES


@command
def send_notice_again(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """
    Have a notice sent after all: as news of now, with all its tries before it. What is not so any more stays unsent.

    :raises NotAllowed: not a manager
    :raises NothingToSendAgain: it was sent, or is about to be
    :raises Notice.DoesNotExist: there is no such notice
    """
    if not by.may(SEND_NOTICES_AGAIN):
        raise NotAllowed(_("Only managers can do that."))
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice_id)
    if notice.state not in (NoticeState.DEAD, NoticeState.EXPIRED, NoticeState.FAILED):
        raise NothingToSendAgain(_("That has been sent, or will be by itself."))
    notice.state, notice.tries, notice.unanswered, notice.error = NoticeState.QUEUED, 0, 0, ""
    notice.news_since = notice.due_at = at
    notice.save(update_fields=["state", "tries", "unanswered", "error", "news_since", "due_at"])
    return notice
