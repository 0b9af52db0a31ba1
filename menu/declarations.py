"""What is in an item as it is chosen: its diet labels and allergens, from everything it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pydantic import TypeAdapter

from menu.models import Allergen, Diet

SPICY = "spicy"


class Declared(Protocol):
    @property
    def diet(self) -> str: ...
    @property
    def declared_allergens(self) -> tuple[str, ...] | None: ...


class DeclaredTopping(Declared, Protocol):
    @property
    def spicy(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    The declaration of one item.

    :param diet_labels: "vegan" if all of it is, else "vegetarian" if none of it is meat; and "spicy" if any of it is
    :param allergens: their codes, in the regulation's order, as far as they are declared
    :param is_complete: whether the allergens of everything in it are declared
    """

    diet_labels: tuple[str, ...]
    allergens: tuple[str, ...]
    is_complete: bool


DECLARATION_ADAPTER = TypeAdapter(Declaration)


def declaration_of(dish: Declared, toppings: Iterable[DeclaredTopping] = ()) -> Declaration:
    """Return the declaration of a dish with these toppings: those of its recipe that are kept, and the added ones."""
    toppings = list(toppings)
    declared = [item.declared_allergens for item in (dish, *toppings)]
    present = {allergen for allergens in declared for allergen in allergens or ()}
    return Declaration(
        diet_labels=_diet_labels({dish.diet, *(topping.diet for topping in toppings)}, toppings),
        allergens=tuple(allergen.value for allergen in Allergen if allergen.value in present),
        is_complete=None not in declared,
    )


def _diet_labels(diets: set[str], toppings: Iterable[DeclaredTopping]) -> tuple[str, ...]:
    spicy = (SPICY,) if any(topping.spicy for topping in toppings) else ()
    if diets == {Diet.VEGAN}:
        return (Diet.VEGAN.value, *spicy)
    return spicy if Diet.MEAT in diets else (Diet.VEGETARIAN.value, *spicy)
