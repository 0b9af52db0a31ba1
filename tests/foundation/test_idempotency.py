"""Commands that take `idempotency=`: a request that is sent again takes effect once and gets the same answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kitchen.models import Kitchen
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest, KeyReused
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Busy, Refusal
from tests.races.concurrency import THREAD_TIMEOUT, a_session_waits_for_a_lock, all_at_once, with_a_connection
from tests.waiting import until

pytestmark = pytest.mark.django_db

KEY = uuid4()


class NoName(Refusal):
    code = "test_no_name"


def made(ref):
    return Kitchen.objects.get(ref=ref)


@command(replay=made)
def open_kitchen(*, ref, name, by, idempotency):
    if not name:
        raise NoName("What is it called?")
    return Kitchen.objects.create(ref=ref, slug=str(ref), name=name)


def send(name="Via Roma", *, key=KEY, principal="basket:1"):
    """Send the request as a form does: each time with a new ref, and again with the same key."""
    idempotency = IdempotentRequest.of(principal=principal, key=key, data={"name": name})
    return open_kitchen(ref=uuid7(), name=name, by=GUEST, idempotency=idempotency)


def test_a_request_sent_twice_takes_effect_once_and_gets_the_same_answer():
    first, second = send(), send()

    assert first == second
    assert Kitchen.objects.count() == 1


def test_a_repeated_request_is_answered_with_the_current_state_of_its_result():
    first = send()
    Kitchen.objects.update(name="Via Appia")

    again = send()

    assert (again.ref, again.name) == (first.ref, "Via Appia")


def test_requests_with_different_keys_each_take_effect():
    send(key=uuid4())
    send(key=uuid4())

    assert Kitchen.objects.count() == 2


def test_a_key_that_is_used_again_with_other_contents_is_refused():
    send("Via Roma")

    with pytest.raises(KeyReused) as refused:
        send("Via Appia")

    assert refused.value.status == 422
    assert [kitchen.name for kitchen in Kitchen.objects.all()] == ["Via Roma"]


def test_the_same_key_of_two_principals_identifies_two_requests():
    anna, bruno = send(principal="user:1"), send(principal="user:2")

    assert anna != bruno


def test_a_refused_request_leaves_its_key_free_for_a_corrected_form():
    with pytest.raises(NoName):
        send("")

    assert not IdempotencyKey.objects.exists()
    assert send("Via Roma").name == "Via Roma"


def test_a_request_without_a_key_takes_effect_each_time():
    for _try in range(2):
        open_kitchen(ref=uuid7(), name="Via Roma", by=GUEST, idempotency=None)

    assert Kitchen.objects.count() == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_request_sent_twelve_times_at_once_takes_effect_once():
    outcomes = all_at_once([send] * 12)

    assert {kitchen.ref for kitchen in outcomes} == {Kitchen.objects.get().ref}


@pytest.mark.django_db(transaction=True)
def test_a_waiting_request_is_carried_out_if_the_first_with_its_key_is_refused():
    """The second request waits for the key of the first; the refusal of the first rolls the key back."""
    first_holds_the_key = threading.Event()

    @command(replay=made)
    def open_slowly(*, ref, by, idempotency):
        first_holds_the_key.set()
        until(a_session_waits_for_a_lock)
        raise NoName("What is it called?")

    @with_a_connection
    def first():
        with pytest.raises(NoName):
            open_slowly(
                ref=uuid7(),
                by=GUEST,
                idempotency=IdempotentRequest.of(principal="basket:1", key=KEY, data={"name": "Via Roma"}),
            )

    with ThreadPoolExecutor(2) as browsers:
        refused = browsers.submit(first)
        assert first_holds_the_key.wait(THREAD_TIMEOUT)
        second = browsers.submit(with_a_connection(send))

    refused.result()
    assert Kitchen.objects.get() == second.result()


@pytest.mark.django_db(transaction=True)
def test_a_waiting_request_is_refused_as_busy_if_the_first_with_its_key_takes_too_long():
    slow = connection.copy()
    slow.set_autocommit(False)
    with slow.cursor() as cursor:
        cursor.execute(
            "INSERT INTO idempotency_idempotencykey (principal, key, fingerprint, result_ref, created_at)"
            " VALUES ('basket:1', %s, '', %s, now())",
            [KEY, uuid7()],
        )

    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20ms'")
        with pytest.raises(Busy):
            send()
    finally:
        slow.close()
        connection.close()

    assert not Kitchen.objects.exists()


def test_requests_are_equal_whatever_the_order_of_their_fields():
    one = IdempotentRequest.of(principal="user:1", key=KEY, data={"name": "Anna", "tip": "2.00"})
    other = IdempotentRequest.of(principal="user:1", key=KEY, data={"tip": "2.00", "name": "Anna"})

    assert one == other


WORDS = st.text(max_size=3)
FORMS = st.dictionaries(WORDS, WORDS | st.integers(-9, 9) | st.lists(WORDS, max_size=2) | st.none(), max_size=2)


@given(FORMS, FORMS)
def test_two_requests_have_the_same_fingerprint_only_if_they_are_equal(one, other):
    def fingerprint(asked):
        return IdempotentRequest.of(principal="user:1", key=KEY, data=asked).fingerprint

    assert (fingerprint(one) == fingerprint(other)) == (one == other)
