"""Creating and changing pizzas by another program. In the admin the rows are edited by its forms."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from menu.models import Allergen, Category, Pizza, Topping
from menu.services.availability import set_availability
from menu.services.dated_prices import fold_due_prices
from menu.services.editing import lock_item_on_the_menu, record_edit, refuse_unless_may
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile, PreconditionFailed
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal


class PizzaInvalid(Refusal):
    """A pizza is not as the menu can have it. `field` is the column."""

    code = "pizza_invalid"
    status = 422


@dataclass(frozen=True, slots=True)
class PizzaDetails:
    """
    What a pizza is, apart from its availability.

    :param base_price: of the smallest size
    :param minutes: in the oven
    :param category: its slug
    :param recipe: slugs of toppings
    :param diet: of dough, sauce and cheese
    :param allergens: likewise; empty: there are none
    """

    slug: str
    name: str
    base_price: Decimal
    minutes: int
    category: str
    description: str
    recipe: tuple[str, ...]
    diet: str
    allergens: tuple[str, ...]


COLUMNS = ("slug", "name", "base_price", "minutes", "category_id", "description", "diet", "allergens")


def pizza_by_ref(ref: UUID) -> Pizza:
    """Return a pizza, also an archived one."""
    return Pizza.objects.get(ref=ref)


@command(replay=pizza_by_ref)
def create_pizza(
    *,
    ref: UUID,
    details: PizzaDetails,
    is_available: bool,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Pizza:
    """
    Put a new pizza on the menu.

    :raises PizzaInvalid: a field is not as it must be, such as a name that something else has
    :raises ChangedMeanwhile: something else got its name or slug at the very same moment
    """
    refuse_unless_may("add", Pizza, by)
    pizza = Pizza(ref=ref)
    _save(pizza, details)
    record_edit(pizza, before=None, fields=[_field(column) for column in COLUMNS], by=by, at=at)
    set_availability(pizza, is_available=is_available, by=by, at=at)
    return pizza


@command
def change_pizza(
    *,
    pizza: Pizza,
    details: PizzaDetails,
    is_available: bool | None,
    seen_seq: int | None = None,
    by: Actor,
    at: datetime,
) -> Pizza:
    """
    Replace everything that a pizza is. What stays the same is not recorded. Scheduled prices stay scheduled.

    :param is_available: None: leave that as it is
    :param seen_seq: refuse the change if the pizza's `seq` is another one by now
    :raises PreconditionFailed: it is
    :raises ItemNotOnTheMenu: the pizza is archived
    :raises PizzaInvalid: a field is not as it must be, such as a name that something else has
    :raises ChangedMeanwhile: something else got its name or slug at the very same moment
    """
    refuse_unless_may("change", Pizza, by)
    pizza = lock_item_on_the_menu(pizza)
    if seen_seq not in (None, pizza.seq):
        raise PreconditionFailed
    fold_due_prices(pizza, at=at)
    before, recipe_before = copy(pizza), _recipe_of(pizza)
    _save(pizza, details)
    changed = [_field(column) for column in COLUMNS if getattr(pizza, column) != getattr(before, column)]
    if _recipe_of(pizza) != recipe_before:
        changed.append("recipe")
    record_edit(pizza, before=before, fields=changed, by=by, at=at)
    if is_available is not None:
        set_availability(pizza, is_available=is_available, by=by, at=at)
    return pizza


def _save(pizza: Pizza, details: PizzaDetails) -> None:
    """Write the details into a pizza's row and recipe. Archived toppings keep their place in the recipe."""
    for column in set(COLUMNS) - {"category_id", "allergens"}:
        setattr(pizza, column, getattr(details, column))
    pizza.category = Category.objects.filter(slug=details.category).first()  # type: ignore[assignment]
    pizza.allergens = [allergen.value for allergen in Allergen if allergen.value in details.allergens]
    pizza.allergens_declared = True
    toppings = _toppings(details.recipe)
    _refuse_unless_valid(pizza)
    try:
        with transaction.atomic():
            pizza.save()
    except IntegrityError as error:  # the name or the slug
        raise ChangedMeanwhile(_("Somebody else has changed that just now. Please look again.")) from error
    pizza.recipe.set([*toppings, *pizza.recipe.exclude(archived_at=None)])


def _refuse_unless_valid(pizza: Pizza) -> None:
    try:
        pizza.full_clean()
    except ValidationError as invalid:
        [field, *_others] = invalid.message_dict
        raise PizzaInvalid(" ".join(invalid.message_dict[field]), field=field) from invalid


def _toppings(slugs: Collection[str]) -> list[Topping]:
    toppings = list(Topping.objects.on_the_menu().filter(slug__in=slugs))
    if len(toppings) != len(set(slugs)):
        raise PizzaInvalid(_("There is no such topping."), field="recipe")
    return toppings


def _recipe_of(pizza: Pizza) -> Collection[int]:
    return set(pizza.recipe.values_list("pk", flat=True))


def _field(column: str) -> str:
    return column.removesuffix("_id")
