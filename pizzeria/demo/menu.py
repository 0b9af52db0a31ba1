"""The demo's menu. Toppings have the default price of 2.50; a pizza's price is that of the small size."""

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


class SimpleItemRow(NamedTuple):
    category: str
    slug: str
    name: str
    price: str
    diet: str
    motif: str
    colour: str
    description: str
    allergens: tuple[str, ...] = ()

    @property
    def tax_kind(self) -> str:
        return "drink" if self.category == "drinks" else "food"


CATEGORIES = (("pizzas", "Pizzas"), ("sides", "Sides"), ("desserts", "Desserts"), ("drinks", "Drinks"))

TOPPINGS = (
    ToppingRow("extra-cheese", "Extra cheese", "vegetarian", "shreds", "#fbe08a", ("milk",)),
    ToppingRow("pepperoni", "Pepperoni", "meat", "disc", "#c5351b", spicy=True),
    ToppingRow("mushrooms", "Mushrooms", "vegan", "slice", "#d3a678"),
    ToppingRow("onions", "Onions", "vegan", "ring", "#f6ecd2"),
    ToppingRow("red-onions", "Red onions", "vegan", "half_ring", "#93305f"),
    ToppingRow("bell-peppers", "Bell peppers", "vegan", "strip", "#4f9d2f"),
    ToppingRow("olives", "Olives", "vegan", "olive", "#2f2a2b"),
    ToppingRow("sausage", "Sausage", "meat", "crumble", "#8f4a2a", ("celery", "mustard")),
    ToppingRow("bacon", "Bacon", "meat", "rasher", "#a83a26"),
    ToppingRow("ham", "Ham", "meat", "cube", "#ee9a8e"),
    ToppingRow("chicken", "Chicken", "meat", "cube", "#edc080"),
    ToppingRow("pineapple", "Pineapple", "vegan", "wedge", "#f9cf3a"),
    ToppingRow("spinach", "Spinach", "vegan", "leaf", "#2f6b2c"),
    ToppingRow("basil", "Basil", "vegan", "leaf", "#4a9a2f"),
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

SIMPLE_ITEMS = (
    SimpleItemRow(
        "sides",
        "garlic-bread",
        "Garlic bread",
        "4.50",
        "vegetarian",
        "bread",
        "#e5aa56",
        "Pulled from the same oven, brushed while hot.",
        ("gluten", "milk"),
    ),
    SimpleItemRow(
        "sides", "green-salad", "Green salad", "5.90", "vegan", "salad", "#6faa35", "Leaves, lemon, good oil."
    ),
    SimpleItemRow(
        "sides", "chicken-wings", "Chicken wings", "7.50", "meat", "wings", "#c2561b", "Six, sticky. Take napkins."
    ),
    SimpleItemRow(
        "desserts",
        "tiramisu",
        "Tiramisù",
        "5.50",
        "vegetarian",
        "slice_of_cake",
        "#6b3f22",
        "Mario's mother's. She checks.",
        ("gluten", "milk", "eggs"),
    ),
    SimpleItemRow(
        "desserts", "panna-cotta", "Panna cotta", "4.90", "meat", "pudding", "#b3173a", "With cherries.", ("milk",)
    ),
    SimpleItemRow(
        "drinks", "mineral-water", "Mineral water", "2.50", "vegan", "bottle", "#8cc7e0", "Half a litre, sparkling."
    ),
    SimpleItemRow("drinks", "cola", "Cola", "3.20", "vegan", "can", "#c8202b", "Ice cold."),
    SimpleItemRow(
        "drinks", "lemonade", "Lemonade", "3.50", "vegan", "glass", "#f7dc5a", "Pressed here, not too sweet."
    ),
    SimpleItemRow(
        "drinks", "house-red", "House red", "5.00", "vegan", "wine_glass", "#7a1029", "A glass of it.", ("sulphites",)
    ),
)
