"""How the menu is arranged: the categories of its page, and the sizes of pizzas."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from menu.models.names import refuse_taken_name
from menu.models.pictures import PicturedModel
from pizzeria.foundation.events.models import Aggregate


class Category(PicturedModel):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_taken_name(self, Category)


class Size(Aggregate):
    stream: ClassVar[str] = "menu"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=40)
    factor = models.DecimalField(
        _("price factor"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.10")), MaxValueValidator(Decimal("10.00"))],
        help_text=_("The small pizza's price times this is the price in this size."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "factor"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_taken_name(self, Size)
