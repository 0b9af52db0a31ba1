import pkgutil
from importlib import import_module

import pytest

import kitchen
import menu
import orders
import pizzeria
from pizzeria.foundation.refusals import NotAllowed, Refusal

PACKAGES = (pizzeria, orders, kitchen, menu)


def every_refusal():
    """Return every subclass of Refusal in the shop, after importing all modules but the entry points."""
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


def test_every_refusal_has_a_code_of_its_own():
    codes = [refusal.code for refusal in every_refusal()]

    assert len(codes) > 10
    assert sorted(codes) == sorted(set(codes))
    assert Refusal.code not in codes


def test_refusal_codes_are_lowercase_words_with_underscores():
    assert [refusal.code for refusal in every_refusal() if not refusal.code.replace("_", "").islower()] == []


def test_every_refusal_has_the_status_of_a_client_error():
    assert {refusal.status for refusal in every_refusal()} <= {403, 404, 409, 412, 422, 429}


def test_two_refusals_cannot_share_a_code():
    with pytest.raises(TypeError, match="not_allowed"):

        class AlsoNotAllowed(Refusal):
            code = "not_allowed"


def test_a_refusal_cannot_inherit_the_code_of_its_base_class():
    with pytest.raises(TypeError, match="not_allowed"):

        class NotAllowedAtNight(NotAllowed):
            pass


def test_a_refusal_has_a_message_and_the_field_it_belongs_to():
    refusal = NotAllowed("Only the kitchen can do that.", field="state")

    assert str(refusal) == refusal.message == "Only the kitchen can do that."
    assert refusal.field == "state"
    assert NotAllowed("No.").field == ""
