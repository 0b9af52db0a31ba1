"""The figures of a business day at a glance, as people read them, beside those of a week before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from orders.reports.comparison import ComparedFigure, Figure
from orders.reports.figures import KitchenFigures, Overview
from orders.reports.tables import CellKind
from pizzeria.foundation import clock

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FigureText:
    """
    One figure of a day, as people read it.

    :ivar before: the same a week before; blank: there is none to compare with
    :ivar change: of it, such as "▲ 12% more"; blank: unknown
    :ivar is_good: whether the change is one for the better; None: there is none
    """

    label: str
    value: str
    before: str = ""
    change: str = ""
    is_good: bool | None = None


def a_week_before(at: datetime) -> datetime:
    """Return when the shop's wall clock showed the same time a week before, also if the clocks changed meanwhile."""
    local = at.astimezone(clock.shop_zone())
    return datetime.combine(local.date() - A_WEEK, local.time(), tzinfo=local.tzinfo).astimezone(at.tzinfo)


def compared(now: Overview, before: Overview) -> list[FigureText]:
    """Return the figures of a day beside those of another one."""
    pairs = zip(_figures(now), _figures(before), strict=True)
    return [_text(ComparedFigure(figure, other.value)) for figure, other in pairs]


def _figures(overview: Overview) -> Sequence[Figure]:
    return (
        Figure(_("Orders"), overview.orders),
        Figure(_("Revenue"), overview.revenue, CellKind.MONEY),
        Figure(_("Average order"), overview.average_order_value, CellKind.MONEY),
        Figure(_("Pizzas"), overview.pizzas),
        Figure(_("Promises kept"), overview.promises_kept_percent, CellKind.PERCENT),
    )


def _text(compared: ComparedFigure) -> FigureText:
    return FigureText(
        str(compared.figure.title),
        compared.text,
        before="" if compared.before is None else compared.text_before,
        change="" if compared.change is None else compared.change_text,
        is_good=compared.is_better,
    )


def minutes(kitchen: KitchenFigures) -> list[FigureText]:
    """Return how long the kitchen and the drivers took, on average."""
    figures = (
        Figure(_("Preparation, average"), kitchen.preparation.average, CellKind.MINUTES),
        Figure(_("Delivery, average"), kitchen.delivery.average, CellKind.MINUTES),
    )
    return [_text(ComparedFigure(figure, None)) for figure in figures]
