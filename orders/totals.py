"""
The parts of a total: one shape for the basket, the event, the rows, the page, the e-mail and the admin.

    total = lines + adjustments, plus the tax unless the prices include it

A new kind of adjustment is a new `AdjustmentKind` with its label, and code that makes adjustments of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict

from pizzeria.foundation.money import ZERO, from_minor_units, rounded


class AdjustmentKind(models.TextChoices):
    DISCOUNT = "discount", gettext_lazy("discount")
    DELIVERY_FEE = "delivery_fee", gettext_lazy("delivery fee")
    TIP = "tip", gettext_lazy("tip")


class Adjustment(BaseModel):
    """
    An amount that is added to the lines, or taken off if it is negative.

    A discount on lines of several tax rates is one adjustment for each rate.

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


@dataclass(frozen=True, slots=True)
class TotalsPart:
    """The adjustments of one kind and source, as people read them."""

    kind: AdjustmentKind
    code: str
    amount: Decimal

    @property
    def label(self) -> str:
        name = str(self.kind.label).capitalize()
        if self.kind == AdjustmentKind.DISCOUNT and self.code:
            return _("%(discount)s, code %(code)s") % {"discount": name, "code": self.code}
        return name


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

    @property
    def parts(self) -> list[TotalsPart]:
        """Return the adjustments as people read them: one part for each kind and source, whatever its tax rates."""
        amounts: dict[tuple[AdjustmentKind, str], Decimal] = {}
        for adjustment in self.adjustments:
            source = adjustment.kind, adjustment.code
            amounts[source] = amounts.get(source, ZERO) + adjustment.amount
        return [TotalsPart(kind, code, amount) for (kind, code), amount in amounts.items()]

    def amount_of(self, kind: AdjustmentKind) -> Decimal:
        """Return the sum of the adjustments of a kind; zero if there is none."""
        return sum((adjustment.amount for adjustment in self.adjustments if adjustment.kind == kind), ZERO)


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """
    An amount with its tax rate.

    :param rate: in percent; None: not taxed
    """

    amount: Decimal
    rate: Decimal | None


def totals_of(lines: Sequence[TaxedAmount], *, adjustments: Iterable[Adjustment] = (), tax_included: bool) -> Totals:
    """
    Return the totals of lines and adjustments.

    The tax is computed once per rate, on the sum that is taxed at that rate, and rounded half-up to the minor unit.

    :param lines: the total of each line, with the rate of its kind of item
    :param tax_included: whether the prices include the tax
    """
    adjustments = tuple(adjustments)
    bases: dict[Decimal, Decimal] = {}
    for amount in [*lines, *(TaxedAmount(adjustment.amount, adjustment.tax_rate) for adjustment in adjustments)]:
        if amount.rate is not None:
            bases[amount.rate] = bases.get(amount.rate, ZERO) + amount.amount
    tax_lines = tuple(
        TaxLine(rate=rate, base=base, tax=rounded(base * rate / (100 + rate if tax_included else 100)))
        for rate, base in bases.items()
        if rate
    )
    lines_total = sum((line.amount for line in lines), ZERO)
    total = lines_total + sum((adjustment.amount for adjustment in adjustments), ZERO)
    return Totals(
        lines_total=lines_total,
        adjustments=adjustments,
        tax_lines=tax_lines,
        tax_included=tax_included,
        total=total if tax_included else total + sum((line.tax for line in tax_lines), ZERO),
    )


def spread(amount: Decimal, *, over: Sequence[Decimal]) -> list[Decimal]:
    """
    Return an amount's shares, in proportion to some totals, whose sum is the amount.

    Each share is rounded down to the minor unit; what is left goes, a minor unit each, to the largest remainders, and
    among equal ones to the first (the largest remainder method).

    :param amount: zero or more, and no more than the sum of the totals, so that no share is more than its total
    :param over: zero or more each
    """
    whole = sum(over, ZERO)
    if not whole:
        return [ZERO for _total in over]
    unit = from_minor_units(1)
    exact = [amount * total / whole for total in over]
    shares = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
    left = int((amount - sum(shares, ZERO)) / unit)
    by_remainder = sorted(range(len(over)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[:left]:
        shares[index] += unit
    return shares
