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


def test_an_actor_may_do_what_its_permissions_allow_and_no_more():
    assert CIRO.may(COOK)
    assert not CIRO.may(SEE_BOARD)


def test_a_guest_has_no_permission():
    assert not GUEST.may(COOK)


def test_the_system_has_every_permission():
    assert SYSTEM.may(COOK)


def test_an_actor_is_written_as_its_id_or_its_kind_and_never_as_a_name():
    assert [str(actor) for actor in (CIRO, GUEST, SYSTEM)] == ["11", "guest", "system"]


def test_reading_the_actor_of_a_request_that_has_none_is_an_error():
    with pytest.raises(AttributeError):
        actor_of(RequestFactory().get("/"))


def test_a_guarded_view_is_open_to_an_actor_with_the_permission():
    assert oven(asked_by(CIRO), number=2).content == b"oven 2"


def test_a_guarded_view_redirects_a_guest_to_sign_in_and_back_to_the_whole_url():
    response = oven(asked_by(GUEST))

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('users:sign_in')}?next=/ovens/%3Fnight%3D1"


def test_a_guarded_view_is_forbidden_to_a_signed_in_user_without_the_permission():
    carla = Actor(ActorKind.PERSON, 3)

    with pytest.raises(PermissionDenied):
        oven(asked_by(carla))


def test_a_guarded_view_keeps_its_name():
    assert oven.__name__ == "oven"
