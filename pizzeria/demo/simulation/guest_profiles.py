"""
Contact details and selections of the simulated guests.

No person lives at these addresses. Italy reserves no telephone numbers for fiction; Germany reserves 1000 in Berlin
(030 23125-000 to -999), and these guests' numbers are among them. E-mail to example.com reaches no person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from kitchen.models import FulfillmentMethod
from menu.selections import PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from orders.basket_pricing import NO_TIP, Tip
from orders.services import ContactDetails
from pizzeria.demo import menu

NAMES = (
    "Alba Fontana",
    "Bruno Lago",
    "Celeste Monti",
    "Dario Selva",
    "Elsa Riva",
    "Fausto Campi",
    "Gemma Valle",
    "Italo Ponte",
    "Livia Torre",
    "Mirko Strada",
    "Nadia Colle",
    "Oreste Bosco",
    "Pia Fiume",
    "Quinto Prato",
    "Rosa Sasso",
    "Silvio Costa",
    "Tina Piazza",
    "Ugo Grotta",
    "Vera Spiaggia",
    "Zeno Isola",
)
STREETS = (
    ("Via dei Forni 12", "00153"),
    ("Vicolo del Basilico 3", "00153"),
    ("Piazza della Mozzarella 8", "00184"),
    ("Via delle Olive Nere 41", "00184"),
    ("Salita del Lievito 5", "00185"),
    ("Via della Farina 27", "00185"),
    ("Largo dei Pomodori 2", "00186"),
)
TOWN = "Roma"
DIRECTIONS = ("", "", "Third floor, left.", "The bell is broken, please knock.", "Through the yard.")
NOTES = ("", "", "", "", "", "", "Cut in squares, please.", "Well done, please.", "For a birthday!")
ALLERGIES = ("", "", "", "", "", "", "", "", "", "nuts", "sesame")

SIZE_WEIGHTS = {"small": 4, "medium": 3, "large": 2}  # by size
PIZZA_COUNT_WEIGHTS = {1: 7, 2: 2}  # by the number of pizzas in an order
SIMPLE_ITEM_COUNT_WEIGHTS = {0: 6, 1: 4}  # by the number of simple items in an order
EMAIL_FRACTION = 0.7  # of guests
TIP_WEIGHTS = {NO_TIP: 6, Tip(percent=Decimal(5)): 2, Tip(percent=Decimal(10)): 2}  # by tip
ADDED_TOPPING_FRACTION, LEFT_OUT_TOPPING_FRACTION = 0.3, 0.1  # of pizzas


@dataclass(frozen=True, slots=True)
class Guest:
    """A simulated guest or customer; `username` is that of a customer with an account, else empty."""

    details: ContactDetails
    username: str = ""
    tip: Tip = NO_TIP

    @property
    def name(self) -> str:
        return self.details.name

    def contact(self, method: FulfillmentMethod) -> ContactDetails:
        """Return the contact details as the checkout form does: without an address for a pickup."""
        if method == FulfillmentMethod.DELIVERY:
            return self.details
        return replace(self.details, street="", postal_code="", city="", directions="")


CARLA = Guest(
    ContactDetails(
        name="Carla Conti",
        phone="+493023125999",
        email="customer@example.com",
        street="Via dei Forni 7",
        postal_code="00153",
        city=TOWN,
        directions="Second floor.",
    ),
    username="customer",
)


def random_guest(rng: Random) -> Guest:
    """Return a guest without an account."""
    name = rng.choice(NAMES)
    street, postal_code = rng.choice(STREETS)
    return Guest(
        ContactDetails(
            name=name,
            phone=f"+493023125{rng.randrange(999):03}",
            email=f"{name.partition(' ')[0].lower()}@example.com" if rng.random() < EMAIL_FRACTION else "",
            street=street,
            postal_code=postal_code,
            city=TOWN,
            directions=rng.choice(DIRECTIONS),
            allergies=rng.choice(ALLERGIES),
            notes=rng.choice(NOTES),
        ),
        tip=_weighted_choice(TIP_WEIGHTS, rng),
    )


def random_selections(rng: Random) -> tuple[Selection, ...]:
    """Return the selections of one order: one or two pizzas, and often a simple item."""
    pizzas = rng.choices(menu.PIZZAS, k=_weighted_choice(PIZZA_COUNT_WEIGHTS, rng))
    simple_items = rng.sample(menu.SIMPLE_ITEMS, k=_weighted_choice(SIMPLE_ITEM_COUNT_WEIGHTS, rng))
    return (*(_pizza(row, rng) for row in pizzas), *(SimpleItemSelection(simple_item=row.slug) for row in simple_items))


def _pizza(row: menu.PizzaRow, rng: Random) -> PizzaSelection:
    other_toppings = [topping.slug for topping in menu.TOPPINGS if topping.slug not in row.recipe]
    added = (rng.choice(other_toppings),) if rng.random() < ADDED_TOPPING_FRACTION else ()
    left_out = (rng.choice(row.recipe),) if row.recipe and rng.random() < LEFT_OUT_TOPPING_FRACTION else ()
    return PizzaSelection(
        size=_weighted_choice(SIZE_WEIGHTS, rng), parts=(PizzaPart(pizza=row.slug, added=added, left_out=left_out),)
    )


def _weighted_choice[T](weights: Mapping[T, int], rng: Random) -> T:
    """Return one of the keys, chosen at random by the weights."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]
