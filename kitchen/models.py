"""The kitchen with its oven slots, and the tickets in its queue. They refer to no customer and no money."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kitchen import undo
from pizzeria.foundation.actor import Actor
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

    def accepts_orders(self, at: datetime) -> bool:
        """Return whether the kitchen accepts orders: it is not paused, or its pause has ended."""
        return self.taking_orders or (self.paused_until is not None and self.paused_until <= at)


class FulfillmentMethod(models.TextChoices):
    PICKUP = "pickup", _("pickup")
    DELIVERY = "delivery", _("delivery")


class TicketState(models.TextChoices):
    HELD = "held", _("being paid")
    SCHEDULED = "scheduled", _("for later")
    WAITING = "waiting", _("waiting")
    COOKING = "cooking", _("cooking")
    READY = "ready", _("ready")
    GONE = "gone", _("gone")
    WITHDRAWN = "withdrawn", _("withdrawn")


LOAD = (TicketState.HELD, TicketState.WAITING, TicketState.COOKING)
IN_QUEUE = (TicketState.HELD, TicketState.SCHEDULED, TicketState.WAITING, TicketState.COOKING)

# From and to: start, finish, and handover at the counter. A delivery is gone when its driver has left: no undo.
UNDOABLE_STEPS = (
    (TicketState.WAITING, TicketState.COOKING),
    (TicketState.COOKING, TicketState.READY),
    (TicketState.READY, TicketState.GONE),
)


MAX_TICKET_MINUTES = 32_767  # the largest number in the column: about three weeks


class TicketQuerySet(models.QuerySet["Ticket"]):
    def in_queue(self) -> Self:
        """Filter tickets that still need time in an oven, ordered by due time; load what promises and load need."""
        return self.filter(state__in=IN_QUEUE).with_timing()

    def with_open_promise(self) -> Self:
        """Filter tickets whose promise can still be missed: in the queue, or ready for a driver who has not left."""
        return self.filter(
            models.Q(state__in=IN_QUEUE) | models.Q(state=TicketState.READY, method=FulfillmentMethod.DELIVERY)
        ).with_timing()

    def with_timing(self) -> Self:
        """Order tickets by due time; load only the fields that promises and the load are computed from."""
        needed = (
            "kitchen_id",
            "ref",
            "method",
            "driving_minutes",
            "state",
            "minutes",
            "pizzas",
            "started_at",
            "due_at",
        )
        return self.order_by("due_at", "id").only(*needed)


class Ticket(models.Model):
    """
    A ticket: what to make, self-contained. Written only under the kitchen's lock, so it needs none of its own.

    `items` is a list of {quantity, name, size, added: [names], left_out: [names]}.
    """

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="tickets")
    ref = models.UUIDField(unique=True)  # the order's ref; no foreign key to an upper app
    label = models.CharField(max_length=16)  # what the cook calls out: "#42"
    business_date = models.DateField(null=True)  # of its number; None: booked before this was recorded
    method = models.CharField(max_length=10, choices=FulfillmentMethod)
    driving_minutes = models.PositiveSmallIntegerField(null=True)  # of a delivery; None: those of the shop's settings
    items = models.JSONField(default=list)
    notes = models.CharField(max_length=500, blank=True)
    allergies = models.CharField(max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField()  # time in the oven
    pizzas = models.PositiveSmallIntegerField(db_default=0)  # how many there are among the items
    state = models.CharField(max_length=10, choices=TicketState)
    state_changed_at = models.DateTimeField()  # start of this state
    state_changed_by = models.CharField(max_length=32, blank=True, db_default="")  # actor, as in a stored event
    previous_state = models.CharField(max_length=10, choices=TicketState, blank=True, db_default="")  # blank: no undo
    previous_state_changed_at = models.DateTimeField(null=True, blank=True)
    previous_state_changed_by = models.CharField(max_length=32, blank=True, db_default="")
    due_at = models.DateTimeField()  # when it should come out; defines its place in the queue
    started_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["kitchen", "due_at"],
                name="ticket_open",
                condition=~models.Q(state__in=("gone", "withdrawn")),
            ),
            models.Index(fields=["state_changed_by", "state_changed_at"], name="ticket_by_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=TicketState.values), name="ticket_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="cooking") | models.Q(started_at__isnull=False),
                name="ticket_cooking_has_begun",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def time_in_the_oven(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def has_undoable_step(self) -> bool:
        """Return whether the ticket's last step is one that can be undone: a start, a finish or a handover."""
        is_delivery_gone = self.state == TicketState.GONE and self.method == FulfillmentMethod.DELIVERY
        return (self.previous_state, self.state) in UNDOABLE_STEPS and not is_delivery_gone

    def can_be_undone(self, by: Actor, at: datetime) -> bool:
        """Return whether an actor can still undo the ticket's last step: it is undoable, their own, and recent."""
        is_own = self.state_changed_by == str(by)
        return self.has_undoable_step and is_own and undo.is_recent(self.state_changed_at, at)
