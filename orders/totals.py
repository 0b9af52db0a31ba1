"""
The parts of a total: one shape for the basket, the event, the rows, the page, the e-mail and the admin.

    total = lines + adjustments, plus the tax unless the prices include it

A new kind of adjustment is a new `AdjustmentKind`, and code that makes adjustments of it.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from pizzeria.foundation.money import ZERO, rounded


class AdjustmentKind(models.TextChoices):
    DISCOUNT = "discount", _("discount")
    DELIVERY_FEE = "delivery_fee", _("delivery fee")
    TIP = "tip", _("tip")


class Adjustment(BaseModel):
    """
    An amount that is added to the lines, or taken off if it is negative.

    :ivar code: its source, such as a coupon's code or a delivery zone's slug; its label is rendered, not stored
    :ivar tax_rate: in percent; None: not taxed
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: AdjustmentKind
    code: str
    amount: Decimal
    tax_rate: Decimal | None


class TaxLine(BaseModel):
    """
    The tax of one rate.

    :ivar rate: in percent
    :ivar base: the sum that is taxed at this rate
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: Decimal
    base: Decimal
    tax: Decimal


class Totals(BaseModel):
    """The amounts of a basket or an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines_total: Decimal
    adjustments: tuple[Adjustment, ...]
    tax_lines: tuple[TaxLine, ...]
    tax_included: bool
    total: Decimal

    @property
    def adjustments_total(self) -> Decimal:
        return sum((adjustment.amount for adjustment in self.adjustments), ZERO)

    @property
    def tax_total(self) -> Decimal:
        return sum((line.tax for line in self.tax_lines), ZERO)

    @property
    def has_parts(self) -> bool:
        """Return whether there is more to show than the total and the tax in it."""
        return bool(self.adjustments) or not self.tax_included


def totals_of(
    lines_total: Decimal, *, adjustments: Iterable[Adjustment] = (), tax_rate: Decimal, tax_included: bool
) -> Totals:
    """
    Return the totals of lines and adjustments.

    The tax is computed once per rate, on the sum that is taxed at that rate, and rounded half-up to the minor unit.

    :param tax_rate: of the lines, in percent
    :param tax_included: whether the prices include the tax
    """
    adjustments = tuple(adjustments)
    bases = {tax_rate: lines_total}
    for adjustment in adjustments:
        if adjustment.tax_rate is not None:
            bases[adjustment.tax_rate] = bases.get(adjustment.tax_rate, ZERO) + adjustment.amount
    tax_lines = tuple(
        TaxLine(rate=rate, base=base, tax=rounded(base * rate / (100 + rate if tax_included else 100)))
        for rate, base in bases.items()
        if rate
    )
    total = lines_total + sum((adjustment.amount for adjustment in adjustments), ZERO)
    return Totals(
        lines_total=lines_total,
        adjustments=adjustments,
        tax_lines=tax_lines,
        tax_included=tax_included,
        total=total if tax_included else total + sum((line.tax for line in tax_lines), ZERO),
    )
