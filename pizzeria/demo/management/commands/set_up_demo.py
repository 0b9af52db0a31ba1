import secrets
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand
from django.db.models import Value

from kitchen import services as kitchen_services
from kitchen.selectors import the_kitchen
from menu.models import Category, MenuItem, NameKey, Pizza, SimpleItem, Topping
from menu.services import record_edit
from orders.models import Coupon, DeliveryPostalCode, DeliveryZone
from pizzeria.demo import menu, offers
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.money import from_minor_units
from pizzeria.users.demo_people import DEMO_PEOPLE, PASSWORD, is_password_known
from pizzeria.users.keycloak.trusted_issuers import DEMO_ISSUER
from pizzeria.users.models import Identity, User
from pizzeria.users.services.roles import assign_roles

MAX_OPEN_PIZZAS = 60


class Command(BaseCommand):
    help = "Create what the demo's menu, delivery area, coupons and users lack; print a random password of the users."

    def handle(self, *args: Any, **options: Any) -> None:
        items, people = fill_menu(by=SYSTEM, at=clock.now()), make_people(by=SYSTEM)
        limit_pizzas(at=clock.now())
        make_delivery_zones(by=SYSTEM)
        make_coupons(by=SYSTEM)
        self.stdout.write(f"menu: {items} items new; people: {people} new")
        if not is_password_known():  # others can reach the demo
            password = secrets.token_urlsafe(12)
            change_passwords(password=password, by=SYSTEM)
            self.stdout.write(f"password of {', '.join(person.username for person in DEMO_PEOPLE)}: {password}")


def limit_pizzas(*, at: datetime) -> None:
    """Limit the pizzas of a kitchen whose settings nobody has changed yet."""
    kitchen = the_kitchen()
    if kitchen.seq == 0:
        kitchen_services.change_capacity(
            kitchen=kitchen,
            max_concurrent_orders=kitchen.max_concurrent_orders,
            oven_slots=kitchen.oven_slots,
            max_open_pizzas=MAX_OPEN_PIZZAS,
            by=SYSTEM,
            at=at,
        )


@command
def make_delivery_zones(*, by: Actor) -> None:
    """Create the delivery zones of a shop without any."""
    if DeliveryZone.objects.exists():
        return
    for row in offers.DELIVERY_ZONES:
        amounts = {name: _price(getattr(row, name)) for name in ("fee", "minimum", "free_from")}
        zone = DeliveryZone.objects.create(slug=row.slug, name=row.name, driving_minutes=row.driving_minutes, **amounts)
        zone.postal_codes.bulk_create(DeliveryPostalCode(zone=zone, code=code) for code in row.postal_codes)


@command
def make_coupons(*, by: Actor) -> None:
    """Create the missing coupons; those that exist keep their edits."""
    for row in offers.COUPONS:
        value = _price(row.value) if row.kind == "fixed" else Decimal(row.value)
        defaults = {
            "kind": row.kind,
            "value": value,
            "minimum": _price(row.minimum),
            "max_uses_per_customer": row.max_uses_per_customer,
        }
        Coupon.objects.get_or_create(code=row.code, defaults=defaults)


@command
def fill_menu(*, by: Actor, at: datetime) -> int:
    """Create the missing items of the demo's menu and return their number; items that exist keep their edits."""
    categories = {
        slug: _find_or_create(Category, slug, {"name": name, "position": position})[0]
        for position, (slug, name) in enumerate(menu.CATEGORIES)
    }
    made = [_topping(position, row) for position, row in enumerate(menu.TOPPINGS)]
    toppings = {row.slug: topping for row, (topping, _is_new) in zip(menu.TOPPINGS, made, strict=True)}
    made += [_pizza(position, row, categories["pizzas"], toppings) for position, row in enumerate(menu.PIZZAS)]
    made += [_simple_item(position, row, categories[row.category]) for position, row in enumerate(menu.SIMPLE_ITEMS)]
    new = [item for item, is_new in made if is_new]
    for item in new:
        record_edit(item, before=None, fields=[], by=by, at=at)
    return len(new)


@command
def make_people(*, by: Actor) -> int:
    """
    Create the missing demo users, give each user its one role, and return the number of new users.

    The identity is for the API: a token of the demo acts as this user, who signs in to the pages by the demo's form.
    """
    made = 0
    # Hashed once for all users, because hashing is slow; the password is not secret, see `change_passwords`.
    hashed: Any = cache(partial(make_password, PASSWORD))
    for person in DEMO_PEOPLE:
        first, _blank, last = person.name.partition(" ")
        user, is_new = User.objects.get_or_create(
            username=person.username,
            defaults={
                "first_name": first,
                "last_name": last,
                "email": f"{person.username}@example.com",
                "password": hashed,
            },
        )
        made += is_new
        assign_roles(user, [person.role])
        Identity.objects.get_or_create(issuer=DEMO_ISSUER, subject=person.username, defaults={"user": user})
    return made


@command
def change_passwords(*, password: str, by: Actor) -> None:
    """Set the password of all demo users, which ends their sessions."""
    users = User.objects.filter(username__in=[person.username for person in DEMO_PEOPLE])
    users.update(password=make_password(password))


def _topping(position: int, row: menu.ToppingRow) -> tuple[MenuItem, bool]:
    defaults = {
        **row._asdict(),
        "allergens": list(row.allergens),
        "allergens_declared": True,
        "position": position,
    }
    return _find_or_create(Topping, row.slug, defaults)


def _pizza(
    position: int, row: menu.PizzaRow, category: Category, toppings: dict[str, MenuItem]
) -> tuple[MenuItem, bool]:
    defaults = {
        "name": row.name,
        "category": category,
        "description": row.description,
        "allergens": ["gluten", "milk"],
        "allergens_declared": True,
        "base_price": _price(row.price),
        "minutes": row.minutes,
        "position": position,
    }
    pizza, is_new = _find_or_create(Pizza, row.slug, defaults, SimpleItem)
    if is_new:
        pizza.recipe.set(toppings[slug].pk for slug in row.recipe)
    return pizza, is_new


def _price(euros: str) -> Decimal:
    """Return a price of the demo's menu in the shop's currency: 12.99 are 1,299 minor units of any."""
    return from_minor_units(int(Decimal(euros) * 100))


def _simple_item(position: int, row: menu.SimpleItemRow, category: Category) -> tuple[MenuItem, bool]:
    defaults = {
        **row._asdict(),
        "category": category,
        "price": _price(row.price),
        "tax_kind": row.tax_kind,
        "allergens": list(row.allergens),
        "allergens_declared": True,
        "position": position,
    }
    return _find_or_create(SimpleItem, row.slug, defaults, Pizza)


def _find_or_create(
    model: type[Category | MenuItem], slug: str, values: dict[str, Any], *others: type[MenuItem]
) -> tuple[Any, bool]:
    """
    Return a row and whether it is new: the one with the slug, or else the one to which a manager gave its name.

    :param others: models whose rows share slugs and names with those of the model
    """
    for table in (model, *others):
        rows: Any = table._default_manager.annotate(key=NameKey("name"))
        found = rows.filter(slug=slug).first() or rows.filter(key=NameKey(Value(values["name"]))).first()
        if found:
            return found, False
    return model._default_manager.create(**{**values, "slug": slug}), True
