"""Cached values of the shop's own classes: one that another release has cached, with other fields, is not read."""

import io
import pickle
from collections.abc import Mapping
from dataclasses import make_dataclass
from decimal import Decimal
from enum import Enum

import pytest
from django.core.cache import caches
from django.urls import reverse

from kitchen.selectors import Quote
from orders.selectors import quotes
from pizzeria.foundation.shapes import classes_within, shape_of
from tests.shop import FRIDAY_NIGHT

OURS = ("pizzeria", "orders", "kitchen", "menu")


def shape(*fields):
    """Return the shape of a dataclass `Slice` with some fields."""
    return shape_of(make_dataclass("Slice", fields))


def test_the_shape_of_a_class_changes_with_each_change_of_its_fields():
    as_it_is = shape(("name", str), ("price", Decimal))

    assert as_it_is == shape(("name", str), ("price", Decimal))
    for changed in (
        [("price", Decimal), ("name", str)],
        [("name", str), ("price", int)],
        [("name", str), ("cost", Decimal)],
        [("name", str)],
        [("name", str), ("price", Decimal), ("minutes", int)],
    ):
        assert shape(*changed) != as_it_is


@pytest.mark.parametrize("within", [lambda cls: cls, lambda cls: tuple[cls, ...], lambda cls: Mapping[str, cls | None]])
def test_the_shape_of_a_class_changes_with_the_classes_in_its_fields(within):
    small = make_dataclass("Topping", [("name", str)])
    large = make_dataclass("Topping", [("name", str), ("diet", str)])
    round_, square = (Enum("Form", names) for names in ("ROUND", "ROUND SQUARE"))

    assert shape(("topping", within(small))) != shape(("topping", within(large)))
    assert shape(("form", within(round_))) != shape(("form", within(square)))


def test_a_quote_that_another_release_has_cached_is_not_read(kitchen):
    older = make_dataclass("Quote", [("message", str), ("accepts_orders", bool)], module=Quote.__module__)
    caches["default"].set(quotes.CACHE_KEY.replace(shape_of(Quote), shape_of(older)), "a quote of that release")

    assert isinstance(quotes.cached_quote(at=FRIDAY_NIGHT), Quote)


def test_every_cached_value_of_a_class_of_the_shop_has_the_shape_of_this_class_in_its_key(sign_in, kitchen):
    browser, seen = sign_in(), set()
    for name, *arguments in (["orders:home"], ["menu:index"], ["menu:pizza", "margherita"], ["notifications:inbox"]):
        assert browser.get(reverse(name, args=arguments)).status_code == 200

    for key, classes in cached_classes():
        shapes = {cls: shape_of(cls) for cls in classes if classes_within(cls)}
        named = [cls for cls, its in shapes.items() if its in key]
        assert shapes.keys() <= {each for cls in named for each in classes_within(cls)}, key
        assert classes <= shapes.keys(), f"{key} holds values of classes without a shape"
        seen |= classes

    assert Quote in seen


def cached_classes():
    """Yield the key of each cached value, and the classes of the shop that are in the value."""
    for name in ("default", "sessions"):
        client = caches[name]._cache.get_client(None)
        for key in client.keys("*"):
            value = client.get(key) if client.type(key) == b"string" else None
            if value and value.startswith(pickle.PROTO):
                unpickler = RecordingUnpickler(io.BytesIO(value))
                unpickler.load()
                yield key.decode(), unpickler.classes


class RecordingUnpickler(pickle.Unpickler):
    """An unpickler with the classes of the shop that it has met."""

    def __init__(self, file):
        super().__init__(file)
        self.classes = set()

    def find_class(self, module, name):
        found = super().find_class(module, name)
        if module.partition(".")[0] in OURS and isinstance(found, type):
            self.classes.add(found)
        return found
