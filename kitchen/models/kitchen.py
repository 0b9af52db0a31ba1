"""The kitchen: its capacity, hours and settings, and the lock of its queue."""

from datetime import datetime
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from kitchen.hours import OpeningHours
from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet


class KitchenQuerySet(LockingQuerySet["Kitchen"]):
    pass


class Kitchen(Aggregate):
    """
    A kitchen. Its row lock keeps the queue exact: a transaction that changes a ticket holds it.

    Only commands change it, never a form.
    """

    stream: ClassVar[str] = "kitchen"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    taking_orders = models.BooleanField(default=True)
    pause_reason = models.CharField(max_length=120, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    max_concurrent_orders = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(1)])
    oven_slots = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1)])
    max_open_pizzas = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )  # None: no limit beside that of the orders
    opening_hours = models.JSONField(null=True, blank=True)  # a kitchen.hours.OpeningHours; None: around the clock
    max_slot_pizzas = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )  # of the orders for later, in a quarter of an hour; None: no orders for later
    # After today, on which an order can be wanted.
    later_days = models.PositiveSmallIntegerField(default=2, db_default=2)
    # From joining the queue to going into the oven.
    lead_minutes = models.PositiveSmallIntegerField(default=10, db_default=10)
    # Before it is due, a ticket is shown as urgent; after it was due, as very late.
    warning_minutes = models.PositiveSmallIntegerField(default=5, db_default=5)
    late_minutes = models.PositiveSmallIntegerField(default=5, db_default=5)
    # Until managers hear of an unseen ticket; 0: never.
    unseen_seconds = models.PositiveSmallIntegerField(default=30, db_default=30)
    # No orders as soon as possible while no board is shown.
    stops_without_screen = models.BooleanField(default=False, db_default=False)
    # Managers are alerted while no cook's screen shows the board; off: the kitchen works by its printer or by the API.
    watches_screens = models.BooleanField(default=True, db_default=True)
    unwatched_since = models.DateTimeField(
        null=True, blank=True
    )  # since when it has accepted orders while no board was shown
    shows_cook = models.BooleanField(default=False, db_default=False)  # guests read the first name of the cook
    # Promises are computed from what pizzas really took.
    uses_learned_minutes = models.BooleanField(default=True, db_default=True)
    version = models.PositiveBigIntegerField(default=0)  # of the board: incremented by each change to it
    last_number_date = models.DateField(null=True, blank=True)  # the business day of last_number
    last_number = models.PositiveIntegerField(default=0)

    objects = KitchenQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_concurrent_orders__gte=1, oven_slots__gte=1), name="kitchen_has_room"
            ),
            models.CheckConstraint(condition=models.Q(max_open_pizzas__gte=1), name="kitchen_has_room_for_pizzas"),
        ]
        permissions = [
            ("see_board", "Can see the board"),
            ("cook", "Can start and finish tickets"),
            ("hand_over", "Can hand over at the counter"),
            ("pause", "Can pause and resume the kitchen"),
            ("change_capacity", "Can change capacity and oven slots"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> OpeningHours:
        """Return when the shop is open."""
        return OpeningHours.parse(self.opening_hours)

    def is_paused(self, at: datetime) -> bool:
        """Return whether the kitchen is paused, and its pause has not ended yet."""
        return not self.taking_orders and (self.paused_until is None or self.paused_until > at)

    def accepts_orders(self, at: datetime) -> bool:
        """Return whether the kitchen accepts orders as soon as possible: the shop is open, and it is not paused."""
        return not self.is_paused(at) and self.hours.is_open(at)

    def opens_at(self, at: datetime) -> datetime | None:
        """Return when orders are accepted next: `at` if they are then; None: until further notice they are not."""
        if self.is_paused(at):
            return None if self.paused_until is None else self.hours.opens_at(self.paused_until)
        return self.hours.opens_at(at)
