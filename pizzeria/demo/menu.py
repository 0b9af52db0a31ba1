"""The demo's menu. Prices of toppings are the usual 2.50; pizzas' are those of the small size."""

from typing import NamedTuple


class ToppingRow(NamedTuple):
    slug: str
    name: str
    diet: str
    shape: str
    colour: str
    allergens: tuple[str, ...] = ()
    spicy: bool = False


class PizzaRow(NamedTuple):
    slug: str
    name: str
    price: str
    minutes: int
    recipe: tuple[str, ...]
    description: str


class ExtraRow(NamedTuple):
    category: str
    slug: str
    name: str
    price: str
    diet: str
    motif: str
    colour: str
    description: str
    allergens: tuple[str, ...] = ()


CATEGORIES = (("pizzas", "Pizzas"), ("sides", "Sides"), ("desserts", "Desserts"), ("drinks", "Drinks"))

TOPPINGS = (
    ToppingRow("extra-cheese", "Extra cheese", "vegetarian", "shreds", "#f3d27a", ("milk",)),
    ToppingRow("pepperoni", "Pepperoni", "meat", "disc", "#b5301f", spicy=True),
    ToppingRow("mushrooms", "Mushrooms", "vegan", "slice", "#d9c3a0"),
    ToppingRow("onions", "Onions", "vegan", "ring", "#efe6c9"),
    ToppingRow("red-onions", "Red onions", "vegan", "ring", "#8e3a5c"),
    ToppingRow("bell-peppers", "Bell peppers", "vegan", "strip", "#3f8f3a"),
    ToppingRow("olives", "Olives", "vegan", "olive", "#2f2a33"),
    ToppingRow("sausage", "Sausage", "meat", "crumble", "#8a4b2d", ("celery", "mustard")),
    ToppingRow("bacon", "Bacon", "meat", "strip", "#a8412f"),
    ToppingRow("ham", "Ham", "meat", "cube", "#e39a94"),
    ToppingRow("chicken", "Chicken", "meat", "cube", "#dcae72"),
    ToppingRow("pineapple", "Pineapple", "vegan", "wedge", "#f2c230"),
    ToppingRow("spinach", "Spinach", "vegan", "leaf", "#2f6b2c"),
    ToppingRow("basil", "Basil", "vegan", "leaf", "#4a9a3d"),
)

PIZZAS = (
    PizzaRow("margherita", "Margherita", "12.99", 8, (), "Tomato, mozzarella, and the patience to leave it at that."),
    PizzaRow("pepperoni", "Pepperoni", "14.99", 9, ("pepperoni",), "Crisp at the edges, a little heat, a lot of it."),
    PizzaRow(
        "vegetarian",
        "Vegetarian",
        "13.99",
        10,
        ("bell-peppers", "mushrooms", "onions", "olives"),
        "What the market had this morning, roasted until sweet.",
    ),
    PizzaRow(
        "hawaiian", "Hawaiian", "14.99", 9, ("ham", "pineapple"), "We do not argue about it. We just make it well."
    ),
    PizzaRow(
        "bbq-chicken",
        "BBQ Chicken",
        "15.99",
        11,
        ("chicken", "red-onions"),
        "Smoky sauce, chicken from the grill, onions that bite back.",
    ),
    PizzaRow(
        "meat-lovers",
        "Meat Lovers",
        "16.99",
        12,
        ("pepperoni", "sausage", "bacon", "ham"),
        "Four reasons to come hungry.",
    ),
)

EXTRAS = (
    ExtraRow(
        "sides",
        "garlic-bread",
        "Garlic bread",
        "4.50",
        "vegetarian",
        "bread",
        "#d8a24a",
        "Pulled from the same oven, brushed while hot.",
        ("gluten", "milk"),
    ),
    ExtraRow("sides", "green-salad", "Green salad", "5.90", "vegan", "bowl", "#5f9e3f", "Leaves, lemon, good oil."),
    ExtraRow(
        "sides", "chicken-wings", "Chicken wings", "7.50", "meat", "wings", "#b4582a", "Six, sticky. Take napkins."
    ),
    ExtraRow(
        "desserts",
        "tiramisu",
        "Tiramisù",
        "5.50",
        "vegetarian",
        "slice_of_cake",
        "#6b4226",
        "Mario's mother's. She checks.",
        ("gluten", "milk", "eggs"),
    ),
    ExtraRow("desserts", "panna-cotta", "Panna cotta", "4.90", "meat", "cup", "#c23b4e", "With cherries.", ("milk",)),
    ExtraRow(
        "drinks", "mineral-water", "Mineral water", "2.50", "vegan", "bottle", "#7fb7c9", "Half a litre, sparkling."
    ),
    ExtraRow("drinks", "cola", "Cola", "3.20", "vegan", "can", "#a3201f", "Ice cold."),
    ExtraRow("drinks", "lemonade", "Lemonade", "3.50", "vegan", "glass", "#ecc94b", "Pressed here, not too sweet."),
    ExtraRow("drinks", "house-red", "House red", "5.00", "vegan", "glass", "#7b1e35", "A glass of it.", ("sulphites",)),
)
