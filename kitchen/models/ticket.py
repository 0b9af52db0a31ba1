"""The tickets in a kitchen's queue. They refer to no customer and no money."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kitchen import undo
from kitchen.models.kitchen import Kitchen
from pizzeria.foundation.actor import Actor


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


class TicketChange(models.TextChoices):
    """What has become of a ticket that a cook works on or has finished, until a cook has acknowledged it."""

    CANCELLED = "cancelled", _("cancelled")
    CHANGED = "changed", _("changed")


# Held ones for later do not count, though: see `TicketQuerySet.in_load` and `Ticket.is_for_later`.
LOAD = (TicketState.HELD, TicketState.WAITING, TicketState.COOKING)
ON_BOARD = (TicketState.WAITING, TicketState.COOKING, TicketState.READY)
IN_QUEUE = (TicketState.HELD, TicketState.SCHEDULED, TicketState.WAITING, TicketState.COOKING)

# From and to: start (also of one for later that waits for its time), finish, and handover at the counter. A delivery is
# gone when its driver has left: no undo.
UNDOABLE_STEPS = (
    (TicketState.WAITING, TicketState.COOKING),
    (TicketState.SCHEDULED, TicketState.COOKING),
    (TicketState.COOKING, TicketState.READY),
    (TicketState.READY, TicketState.GONE),
)

MAX_TICKET_MINUTES = 32_767  # the largest number in the column: about three weeks


def _is_due_to_join(at: datetime) -> models.Q:
    return models.Q(state=TicketState.SCHEDULED, joins_queue_at__lte=at)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def in_load(self) -> Self:
        """Filter tickets that count in the load. One for later counts once it has joined the queue."""
        is_held_for_now = models.Q(state=TicketState.HELD, slot_at=None)
        return self.filter(is_held_for_now | models.Q(state__in=(TicketState.WAITING, TicketState.COOKING)))

    def due_to_join(self, at: datetime) -> Self:
        """Filter tickets for later whose time to join the queue has come, and which are still scheduled."""
        return self.filter(_is_due_to_join(at))

    def in_sequence(self) -> Self:
        """Order tickets as they are to be cooked: those with priority first, then by due time."""
        return self.order_by("-is_priority", "due_at", "id")

    def in_queue(self) -> Self:
        """Filter tickets that still need time in an oven, in their sequence; load what promises and load need."""
        return self.filter(state__in=IN_QUEUE).with_timing()

    def on_board(self, at: datetime) -> Self:
        """
        Filter tickets that the board shows: those to be made or ready, and cancelled ones nobody has acknowledged.

        One for later that is due to join the queue is among them, whether or not the task that moves it has run:
        `Ticket.is_waiting_at` says which ones wait.
        """
        is_cancelled = models.Q(state=TicketState.WITHDRAWN, unacknowledged_change=TicketChange.CANCELLED)
        return self.filter(models.Q(state__in=ON_BOARD) | is_cancelled | _is_due_to_join(at))

    def with_open_promise(self) -> Self:
        """Filter tickets whose promise can still be missed: in the queue, or ready for a driver who has not left."""
        return self.filter(
            models.Q(state__in=IN_QUEUE) | models.Q(state=TicketState.READY, method=FulfillmentMethod.DELIVERY)
        ).with_timing()

    def with_timing(self) -> Self:
        """Order tickets as they are cooked; load only the fields that promises and the load are computed from."""
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
            "slot_at",
            "joins_queue_at",
            "is_priority",
            "on_hold_since",
        )
        return self.in_sequence().only(*needed)


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
    # Incremented by each change of the ticket: a step on a screen that shows an older one is refused.
    seq = models.PositiveIntegerField(default=0, db_default=0)
    wanted_at = models.DateTimeField(null=True, blank=True)  # by the guest; None: as soon as possible
    slot_at = models.DateTimeField(null=True, blank=True)  # the quarter of an hour whose pizzas it takes; None: for now
    joins_queue_at = models.DateTimeField(null=True, blank=True)  # of one for later: then it waits with the others
    is_priority = models.BooleanField(default=False, db_default=False)  # before the others, whatever is due
    on_hold_since = models.DateTimeField(null=True, blank=True)  # a cook has put it aside
    seen_at = models.DateTimeField(null=True, blank=True)  # None: no cook has seen it yet
    seen_by = models.CharField(max_length=32, blank=True, default="", db_default="")  # actor, as in a stored event
    printed_at = models.DateTimeField(null=True, blank=True)  # the first copy; None: it is on no paper
    unacknowledged_change = models.CharField(
        max_length=10, choices=TicketChange, blank=True, default="", db_default=""
    )  # blank: none, or a cook has acknowledged it

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
            models.Index(
                fields=["kitchen", "slot_at"], name="ticket_by_slot", condition=models.Q(slot_at__isnull=False)
            ),
            models.Index(
                fields=["kitchen", "-state_changed_at"],
                name="ticket_finished",
                condition=models.Q(state__in=("ready", "gone")),
            ),
            models.Index(fields=["kitchen"], name="ticket_with_change", condition=~models.Q(unacknowledged_change="")),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=TicketState.values), name="ticket_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="cooking") | models.Q(started_at__isnull=False),
                name="ticket_cooking_has_begun",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(slot_at__isnull=False, joins_queue_at__isnull=False),
                name="ticket_scheduled_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(unacknowledged_change__in=("", *TicketChange.values)), name="ticket_change_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def time_in_the_oven(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def is_for_later(self) -> bool:
        """Return whether it has not joined the queue yet: it is scheduled, or for later and still being paid."""
        return self.state == TicketState.SCHEDULED or (self.state == TicketState.HELD and self.slot_at is not None)

    def is_due_to_join(self, at: datetime) -> bool:
        """Return whether it is scheduled and its time to join the queue has come."""
        is_due = self.joins_queue_at is not None and self.joins_queue_at <= at
        return self.state == TicketState.SCHEDULED and is_due

    def is_waiting_at(self, at: datetime) -> bool:
        """Return whether it waits for an oven slot: it has joined the queue, or is due to."""
        return self.state == TicketState.WAITING or self.is_due_to_join(at)

    @property
    def is_unseen(self) -> bool:
        """Return whether it is to be made and no cook has seen it yet."""
        return self.state == TicketState.WAITING and self.seen_at is None

    @property
    def is_worked_on(self) -> bool:
        """
        Return whether a cook has begun with it, or may have: then a change of it, or its end, must reach a cook.

        Toppings are put on before it goes into the oven, by a cook who has seen it or reads it on paper. One that was
        in the oven has been seen, and stays so if it waits again: recalled, or its start undone.
        """
        if self.state == TicketState.WAITING:
            return self.seen_at is not None or self.printed_at is not None
        is_on_paper = self.state == TicketState.SCHEDULED and self.printed_at is not None
        return self.state in (TicketState.COOKING, TicketState.READY) or is_on_paper

    @property
    def has_undoable_step(self) -> bool:
        """Return whether the ticket's last step is one that can be undone: a start, a finish or a handover."""
        is_delivery_gone = self.state == TicketState.GONE and self.method == FulfillmentMethod.DELIVERY
        return (self.previous_state, self.state) in UNDOABLE_STEPS and not is_delivery_gone

    def can_be_undone(self, by: Actor, at: datetime) -> bool:
        """Return whether an actor can still undo the ticket's last step: it is undoable, their own, and recent."""
        is_own = self.state_changed_by == str(by)
        return self.has_undoable_step and is_own and undo.is_recent(self.state_changed_at, at)
