"""Factories of rows, with usual values for everything that a test does not name."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from kitchen.models import BoardScreen, Kitchen
from menu.models import Category, Pizza, SimpleItem, Size, Topping
from orders.models import Basket, Coupon, DeliveryPostalCode, DeliveryZone
from orders.notifications.webhooks.models import WebhookSubscription
from pizzeria.foundation import encryption
from pizzeria.users.models import User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    first_name = "Carla"
    last_name = "Conti"
    email = factory.LazyAttribute(lambda user: f"{user.first_name.lower()}@example.com")


class KitchenFactory(DjangoModelFactory):
    class Meta:
        model = Kitchen

    slug = factory.Sequence(lambda n: f"kitchen-{n}")
    name = "Via Roma"


class BoardScreenFactory(DjangoModelFactory):
    """A screen on which the board is in sight, in step and heard: since its last heartbeat, `last_seen_at`."""

    class Meta:
        model = BoardScreen

    kitchen = factory.LazyFunction(lambda: Kitchen.objects.first() or KitchenFactory())
    key = factory.LazyFunction(uuid4)
    last_seen_at = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    first_seen_at = factory.SelfAttribute("last_seen_at")
    last_visible_at = factory.SelfAttribute("last_seen_at")
    is_sound_on = True
    is_of_cook = True


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    slug = "pizzas"
    name = factory.LazyAttribute(lambda category: category.slug.title())


class SizeFactory(DjangoModelFactory):
    class Meta:
        model = Size
        django_get_or_create = ("slug",)

    slug = "small"
    name = factory.LazyAttribute(lambda size: size.slug.title())
    factor = Decimal("1.00")


class ToppingFactory(DjangoModelFactory):
    class Meta:
        model = Topping

    slug = factory.Sequence(lambda n: f"topping-{n}")
    name = factory.LazyAttribute(lambda topping: topping.slug.replace("-", " ").capitalize())
    allergens_declared = True
    position = factory.Sequence(lambda n: n)


class PizzaFactory(DjangoModelFactory):
    class Meta:
        model = Pizza
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"pizza-{n}")
    name = factory.LazyAttribute(lambda pizza: pizza.slug.replace("-", " ").title())
    category = factory.SubFactory(CategoryFactory, slug="pizzas")
    base_price = Decimal("10.00")
    allergens_declared = True
    position = factory.Sequence(lambda n: n)

    @factory.post_generation
    def recipe(self, create, toppings, **kwargs):
        if toppings:
            self.recipe.set(toppings)


class SimpleItemFactory(DjangoModelFactory):
    class Meta:
        model = SimpleItem

    slug = factory.Sequence(lambda n: f"extra-{n}")
    name = factory.LazyAttribute(lambda simple_item: simple_item.slug.replace("-", " ").title())
    category = factory.SubFactory(CategoryFactory, slug="drinks")
    price = Decimal("3.20")
    diet = "vegan"
    allergens_declared = True


class DeliveryZoneFactory(DjangoModelFactory):
    """A zone with the postal code of `shop.AT_HOME`, unless others are given as `codes`."""

    class Meta:
        model = DeliveryZone
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"zone-{n}")
    name = factory.LazyAttribute(lambda zone: zone.slug.replace("-", " ").title())
    fee = Decimal("3.50")
    driving_minutes = 15

    @factory.post_generation
    def codes(self, create, codes, **kwargs):
        DeliveryPostalCode.objects.bulk_create(
            DeliveryPostalCode(zone=self, code=code) for code in (["00183"] if codes is None else codes)
        )


class CouponFactory(DjangoModelFactory):
    class Meta:
        model = Coupon

    code = factory.Sequence(lambda n: f"CODE{n}")
    kind = "fixed"
    value = Decimal("5.00")


class BasketFactory(DjangoModelFactory):
    class Meta:
        model = Basket

    kitchen = factory.LazyFunction(lambda: Kitchen.objects.first() or KitchenFactory())


class WebhookSubscriptionFactory(DjangoModelFactory):
    """A webhook to all events; `secret` is the key of its signatures."""

    class Meta:
        model = WebhookSubscription
        exclude = ("secret",)

    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    url = "https://hooks.example/"
    created_by = "1"
    created_at = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    encrypted_secret = factory.LazyAttribute(lambda webhook: encryption.encrypt({"secret": webhook.secret}))
