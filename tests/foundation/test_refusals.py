import pkgutil
from importlib import import_module

import pytest

import kitchen
import menu
import orders
import pizzeria
from pizzeria.foundation.refusals import NotAllowed, Refusal

# The demo's servers are programs of their own.
PACKAGES = (pizzeria, orders, kitchen, menu)


def every_refusal():
    """Give every kind of refusal in the shop, whichever module declares it."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", ".asgi", ".wsgi")):
                import_module(module.name)
    found, left = [], [Refusal]
    while left:
        kinds = [kind for kind in left.pop().__subclasses__() if not kind.__module__.startswith("tests.")]
        found += kinds
        left += kinds
    return found


def test_have_a_code_each():
    codes = [refusal.code for refusal in every_refusal()]

    assert len(codes) > 10
    assert sorted(codes) == sorted(set(codes))
    assert Refusal.code not in codes


def test_have_codes_that_another_program_can_compare():
    assert [refusal.code for refusal in every_refusal() if not refusal.code.replace("_", "").islower()] == []


def test_are_answers_to_whoever_asked_and_no_fault_of_ours():
    assert {refusal.status for refusal in every_refusal()} <= {403, 404, 409, 422}


def test_may_not_share_a_code():
    with pytest.raises(TypeError, match="not_allowed"):

        class AlsoNotAllowed(Refusal):
            code = "not_allowed"


def test_may_not_go_by_the_code_of_the_kind_they_are_made_from():
    with pytest.raises(TypeError, match="not_allowed"):

        class NotAllowedAtNight(NotAllowed):
            pass


def test_say_their_sentence_and_know_the_field_it_belongs_beside():
    refusal = NotAllowed("Only the kitchen can do that.", field="state")

    assert str(refusal) == refusal.sentence == "Only the kitchen can do that."
    assert refusal.field == "state"
    assert NotAllowed("No.").field == ""
