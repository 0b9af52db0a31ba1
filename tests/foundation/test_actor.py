import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from kitchen.permissions import COOK, SEE_BOARD
from pizzeria.foundation.actor import GUEST, SYSTEM, Actor, ActorKind, actor_of, needs


@needs(COOK)
def oven(request, number=1):
    return HttpResponse(f"oven {number}")


def asked_by(actor):
    request = RequestFactory().get("/ovens/?night=1")
    request.actor = actor
    return request


CIRO = Actor(ActorKind.PERSON, 11, frozenset({COOK}))


def test_may_do_what_it_was_given_and_no_more():
    assert CIRO.may(COOK)
    assert not CIRO.may(SEE_BOARD)


def test_may_do_nothing_special_as_a_guest():
    assert not GUEST.may(COOK)


def test_may_do_everything_as_the_system():
    assert SYSTEM.may(COOK)


def test_goes_into_the_log_by_id_or_kind_and_never_by_name():
    assert [str(actor) for actor in (CIRO, GUEST, SYSTEM)] == ["11", "guest", "system"]


def test_is_never_guessed_where_nobody_put_it():
    with pytest.raises(AttributeError):
        actor_of(RequestFactory().get("/"))


def test_opens_a_door_that_needs_what_it_has():
    assert oven(asked_by(CIRO), number=2).content == b"oven 2"


def test_is_sent_to_sign_in_as_a_guest_and_back_to_the_whole_address():
    response = oven(asked_by(GUEST))

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('users:sign_in')}?next=/ovens/%3Fnight%3D1"


def test_is_told_no_when_signed_in_without_what_the_door_needs():
    carla = Actor(ActorKind.PERSON, 3)

    with pytest.raises(PermissionDenied):
        oven(asked_by(carla))


def test_leaves_the_name_of_a_guarded_view_alone():
    assert oven.__name__ == "oven"
