"""The proof of a phone number at the checkout: a code by SMS."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError as BrokerGone
from phonenumber_field.phonenumber import PhoneNumber

from orders import selectors
from orders import services as order_services
from orders.models import PhoneProof
from orders.models.phone_proof import CODE_MINUTES, MAX_WRONG_CODES, PROOF_MINUTES
from orders.notifications import services, tasks
from pizzeria.foundation import background, clock
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.foundation.mail.outbound import OutcomeUnknown, Rejected, Unavailable
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import BasketFactory
from tests.shop import ANNA, FRIDAY_NIGHT

MINUTE = timedelta(minutes=1)
OTHER_NUMBER = "+393331234567"

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def basket(kitchen, change_shop):
    change_shop(every_guest_proves_phone=True)
    return shop.basket_of()


def request(basket, phone=ANNA.phone, *, by=GUEST, at=FRIDAY_NIGHT):
    return order_services.request_phone_code(basket=basket.ref, phone=phone, by=by, at=at)


def enter(basket, code, phone=ANNA.phone, *, at=FRIDAY_NIGHT):
    return order_services.enter_phone_code(basket=basket.ref, phone=phone, code=code, by=GUEST, at=at)


def send(proof, at=FRIDAY_NIGHT):
    services.send_phone_code(proof_id=proof.pk, at=at)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


# --- The code ---


def test_a_code_that_was_sent_proves_the_number_for_the_order_of_this_basket(basket, message_sinks):
    send(request(basket))
    [sms] = message_sinks.messages("sms")

    assert enter(basket, re.search(r"\d{6}", sms.text)[0])
    assert shop.place(basket).number == 1


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: f" {code[:3]}-{code[3:]} ",
        lambda code: "".join(chr(ord(digit) + ord("٠") - ord("0")) for digit in code),
    ],
    ids=["with blanks", "in Arabic digits"],
)
def test_a_code_may_be_typed_as_people_type_numbers(basket, typed):
    assert enter(basket, typed(request(basket).code))


def test_each_request_has_another_code_of_six_digits_and_none_is_stored(basket):
    codes = {request(basket, at=FRIDAY_NIGHT + minute * MINUTE).code for minute in range(20)}

    assert len(codes) == 20
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert not any(code in str(list(PhoneProof.objects.values())) for code in codes)


def test_a_proof_is_good_for_no_other_basket_and_no_other_number(basket):
    assert enter(basket, request(basket).code)

    with pytest.raises(order_services.ProofRequired):
        shop.place(shop.basket_of())
    with pytest.raises(order_services.ProofRequired):
        shop.place(basket, contact=replace(ANNA, phone=OTHER_NUMBER))


def test_a_code_proves_no_number_but_the_one_that_it_was_sent_to(basket):
    assert not enter(basket, request(basket).code, OTHER_NUMBER)
    assert not enter(shop.basket_of(), request(basket).code)


def test_the_codes_of_an_earlier_and_of_a_later_request_are_both_accepted(basket):
    first, _second = request(basket), request(basket, at=FRIDAY_NIGHT + MINUTE)

    assert enter(basket, first.code, at=FRIDAY_NIGHT + 2 * MINUTE)


def test_after_five_wrong_codes_the_right_one_is_refused_and_a_new_one_is_accepted(basket):
    proof = request(basket)
    for _ in range(MAX_WRONG_CODES):
        assert not enter(basket, wrong(proof.code))

    assert not enter(basket, proof.code)
    assert enter(basket, request(basket).code)  # a proof that is closed is no open request


@pytest.mark.parametrize("typed", ["", "abc", "1", "1234567"])
def test_what_is_no_code_is_refused(basket, typed):
    request(basket)

    assert not enter(basket, typed)


def test_a_code_can_be_entered_for_some_minutes_and_proves_the_number_for_some_more(basket):
    proof = request(basket)
    last_moment = FRIDAY_NIGHT + CODE_MINUTES * MINUTE - timedelta(seconds=1)
    assert not enter(basket, proof.code, at=FRIDAY_NIGHT + CODE_MINUTES * MINUTE)

    assert enter(basket, proof.code, at=last_moment)
    with pytest.raises(order_services.ProofRequired):
        shop.place(basket, at=last_moment + PROOF_MINUTES * MINUTE)
    shop.place(basket, at=last_moment + (PROOF_MINUTES - 1) * MINUTE)


def test_entering_a_code_again_changes_nothing(basket):
    proof = request(basket)
    assert enter(basket, proof.code)

    assert enter(basket, wrong(proof.code))
    proof.refresh_from_db()
    assert (proof.proved_at, proof.wrong_codes) == (FRIDAY_NIGHT, 0)


# --- Requests ---


def test_codes_to_one_number_and_for_one_client_are_limited_by_the_hour(basket, settings):
    settings.SHOP_CODES_PER_NUMBER_AND_HOUR, settings.SHOP_CODES_PER_HOUR = 2, 3
    office = GUEST.with_client("the office")
    for minute in range(2):
        request(basket, by=office, at=FRIDAY_NIGHT + minute * MINUTE)
    with pytest.raises(TooManyAttempts):
        request(basket, by=GUEST, at=FRIDAY_NIGHT + 2 * MINUTE)

    request(basket, OTHER_NUMBER, by=office)
    with pytest.raises(TooManyAttempts):
        request(basket, "+393331234568", by=office)
    assert PhoneProof.objects.count() == 3


def test_a_second_tap_gets_the_code_of_the_first_and_does_not_count(basket, settings, message_sinks):
    settings.SHOP_CODES_PER_NUMBER_AND_HOUR = 1
    first, second = request(basket), request(basket, at=FRIDAY_NIGHT + timedelta(seconds=20))

    assert first == second
    for proof in (first, second):
        send(proof)
    assert len(message_sinks.messages("sms")) == 1


def test_a_code_that_could_not_be_sent_can_be_requested_again_at_once(basket):
    first = request(basket)
    PhoneProof.objects.update(due_at=None)

    assert request(basket) != first


def test_no_code_is_sent_to_a_guest_who_needs_none(basket, change_shop):
    customer = shop.hire(CUSTOMER)
    with pytest.raises(order_services.CodeNotSent):
        request(basket, by=customer)
    assert enter(basket, request(basket).code)
    with pytest.raises(order_services.CodeNotSent):
        request(basket, at=FRIDAY_NIGHT + MINUTE)

    change_shop(every_guest_proves_phone=False)
    with pytest.raises(order_services.CodeNotSent, match="You need no code for this order"):
        request(shop.basket_of())
    with pytest.raises(order_services.CodeNotSent):
        request(BasketFactory())


def test_no_code_is_sent_for_an_ordered_basket_nor_by_a_shop_without_sms(basket, settings):
    with pytest.raises(order_services.CodeNotSent):
        request(ordered(basket))

    settings.NOTIFY_SMS_URL = ""
    with pytest.raises(order_services.CodeNotSent):
        request(shop.basket_of())


def ordered(basket):
    enter(basket, request(basket).code)
    shop.place(basket)
    return basket


# --- Sending ---


def test_the_sms_names_the_shop_and_how_long_the_code_is_valid(basket, message_sinks):
    proof = request(basket)
    send(proof)

    [sms] = message_sinks.messages("sms")
    assert sms.to == ANNA.phone
    assert sms.text == (
        f"Mario's Pizzeria: your code is {proof.code}. Enter it at the checkout within 10 minutes."
        " Nobody from us will ask you for it."
    )


def test_a_code_is_sent_once_however_often_its_task_runs(basket, message_sinks):
    proof = request(basket)
    for _ in range(3):
        send(proof)

    assert len(message_sinks.messages("sms")) == 1


def test_a_request_queues_the_task_after_the_commit_and_a_sweep_what_a_dead_broker_left(
    basket, monkeypatch, django_capture_on_commit_callbacks
):
    queued = []
    monkeypatch.setattr(tasks.send_phone_code, "apply_async", lambda **call: queued.append(call["kwargs"]["proof_id"]))
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        proof = request(basket, at=clock.now())
    background._process_queue.wait()
    assert (len(callbacks), queued) == (1, [proof.pk])

    tasks.queue_due_notifications()
    assert queued == [proof.pk, proof.pk]
    send(proof, at=clock.now())
    tasks.queue_due_notifications()
    assert len(queued) == 2


def test_a_sweep_goes_on_with_the_next_one_when_the_broker_is_gone(basket, monkeypatch):
    request(basket, at=clock.now())
    monkeypatch.setattr(tasks.send_phone_code, "apply_async", raising(BrokerGone("no broker")))

    tasks.queue_due_notifications()


@pytest.mark.parametrize(
    ("failure", "is_sent_again"),
    [
        (Unavailable("no connection"), True),
        (Rejected("not a number"), False),
        (OutcomeUnknown("no answer"), False),
        (RuntimeError("a bug"), False),
    ],
    ids=["unreachable", "rejected", "no answer", "a bug"],
)
def test_a_code_is_sent_again_only_if_the_provider_could_not_be_reached(
    basket, monkeypatch, message_sinks, failure, is_sent_again
):
    proof = request(basket)
    with monkeypatch.context() as patch:
        patch.setattr("orders.notifications.channels.sms.send", raising(failure))
        send(proof)
    send(proof)
    assert message_sinks.messages("sms") == []  # the lease has not ended

    send(proof, at=FRIDAY_NIGHT + MINUTE)
    assert len(message_sinks.messages("sms")) == is_sent_again


def raising(failure):
    def send_nothing(*_arguments, **_options):
        raise failure

    return send_nothing


@pytest.mark.parametrize(
    ("function", "reason"),
    [("channels.sms.send", "no connection"), ("services.phone_codes.render_phone_code", "cannot be rendered")],
    ids=["provider", "template"],
)
def test_a_code_that_can_never_be_sent_is_given_up_with_an_alert_while_it_could_still_be_entered(
    basket, monkeypatch, function, reason
):
    proof = request(basket)
    failure = Unavailable("no connection") if function.startswith("channels") else KeyError("minutes")
    monkeypatch.setattr(f"orders.notifications.{function}", raising(failure))

    for minute in range(CODE_MINUTES):
        assert not Alert.objects.exists()
        send(proof, at=FRIDAY_NIGHT + minute * MINUTE)

    proof.refresh_from_db()
    assert proof.is_given_up
    assert reason in str(Alert.objects.get(kind="phone_code_given_up"))


def test_a_code_that_is_too_old_is_not_sent(basket, message_sinks):
    proof = request(basket)

    send(proof, at=FRIDAY_NIGHT + CODE_MINUTES * MINUTE)
    assert message_sinks.messages("sms") == []


def test_codes_count_towards_the_daily_limits_of_sms(basket, settings, message_sinks):
    settings.SHOP_SMS_PER_NUMBER_AND_DAY = 1
    for minute in range(2):
        send(request(basket, at=FRIDAY_NIGHT + minute * MINUTE), at=FRIDAY_NIGHT + minute * MINUTE)

    assert len(message_sinks.messages("sms")) == 1


def test_codes_take_half_of_a_days_sms_at_most_and_an_alert_says_so(basket, settings, message_sinks):
    settings.SHOP_SMS_PER_DAY = 4
    for minute, phone in enumerate((ANNA.phone, OTHER_NUMBER, "+393331234568")):
        send(request(basket, phone, at=FRIDAY_NIGHT + minute * MINUTE), at=FRIDAY_NIGHT + minute * MINUTE)

    assert len(message_sinks.messages("sms")) == 2
    assert list(Alert.objects.values_list("kind", "times_seen")) == [("codes_per_day_reached", 1)]


def test_proofs_are_deleted_after_some_days(basket):
    request(basket)

    assert order_services.purge_phone_proofs(now=FRIDAY_NIGHT + timedelta(days=1)) == 0
    assert order_services.purge_phone_proofs(now=FRIDAY_NIGHT + timedelta(days=3)) == 1


# --- The step at the checkout ---


def test_the_step_says_whether_a_code_is_under_way_to_the_typed_number(basket, settings):
    def step(phone=ANNA.phone, at=FRIDAY_NIGHT):
        return selectors.proof_step(basket=basket.ref, phone=PhoneNumber.from_string(phone), at=at)

    assert step() == selectors.ProofStep("+39 06 1234 5678", True, is_code_requested=False, is_given_up=False)
    proof = request(basket)
    assert (step().is_code_requested, step().is_given_up) == (True, False)
    assert not step(OTHER_NUMBER).is_code_requested
    assert not step(at=FRIDAY_NIGHT + CODE_MINUTES * MINUTE).is_code_requested

    PhoneProof.objects.filter(pk=proof.pk).update(due_at=None)
    assert step().is_given_up
    settings.NOTIFY_SMS_URL = ""
    assert not step().can_send_codes
