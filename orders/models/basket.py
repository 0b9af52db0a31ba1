from datetime import datetime
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from kitchen.models import Kitchen
from menu.selections import MAX_QUANTITY, SELECTION_ADAPTER, PizzaSelection, SimpleItemSelection
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import AmountField


class BasketQuerySet(LockingQuerySet["Basket"]):
    def lock_or_create(self, ref: UUID, *, kitchen: models.QuerySet[Kitchen], at: datetime) -> "tuple[Basket, bool]":
        """
        Lock a basket until the transaction ends, mark it as used, and create it before if there is none. One statement.

        Of two callers who create the same one, the second waits for the first.

        :param kitchen: the query of the kitchen of a new one
        :return: the basket, spent or not, and whether it is new
        """
        kitchen_id, parameters = kitchen.values("pk").query.sql_with_params()
        statement = f"""
            INSERT INTO {Basket._meta.db_table} (ref, kitchen_id, created_at, used_at)
            VALUES (%s, ({kitchen_id}), %s, %s)
            ON CONFLICT (ref) DO UPDATE SET used_at = EXCLUDED.used_at
            RETURNING *, xmax = 0 AS is_new
        """  # noqa: S608 - the model's table, and a query of Django's
        [basket] = self.raw(statement, [ref, *parameters, at, at])
        return basket, vars(basket)["is_new"]

    def spend(self, ref: UUID, *, order_ref: UUID, at: datetime) -> "Basket | None":
        """
        Lock a basket until the transaction ends, mark it as spent on an order, and return it. One statement.

        A second caller waits for the first.

        :return: None: there is no such basket, or it is spent already
        """
        statement = f"""
            UPDATE {Basket._meta.db_table} SET order_ref = %s, used_at = %s WHERE ref = %s AND order_ref IS NULL
            RETURNING *
        """  # noqa: S608 - the model's table
        return next(iter(self.raw(statement, [order_ref, at, ref])), None)


class Basket(models.Model):
    """
    A basket, whose ref the session holds. It is spent once, and then holds the ref of the order that it became.

    It is used when a line is added, changed or removed, when it is shown in a checkout, and when it is spent.
    """

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    order_ref = models.UUIDField(null=True, editable=False)  # the order that it was spent on
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(db_default=Now())  # its last use, by which it is purged

    objects = BasketQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_spent(self) -> bool:
        return self.order_ref is not None


class BasketLine(models.Model):
    """
    A line of a basket. Its price is computed whenever it is read; no price is stored but the one that was shown.

    While the two differ, the pages of the basket show both.
    """

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines")
    selection = models.JSONField()  # a menu.selections.Selection
    slug = models.SlugField()  # of the dish; `name` is its name when added, shown once it has left the menu
    name = models.CharField(max_length=60)
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)])
    shown_price = AmountField(max_digits=20, null=True)  # of one, as last acknowledged; None: older than this column

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="basket_line_quantity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def parsed_selection(self) -> PizzaSelection | SimpleItemSelection:
        return SELECTION_ADAPTER.validate_python(self.selection)
