"""The figures of a business day as people read them: the same texts for the e-mail and for its PDF."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from orders.reports import selectors
from orders.reports.day_figures import FigureText, compared, minutes
from orders.reports.figures import BookkeepingFigures, Durations, KitchenFigures, Overview, ProductFigures
from orders.reports.periods import Period
from orders.reports.presets import compared_period
from pizzeria.foundation import clock
from pizzeria.foundation.money import ZERO, format_amount
from pizzeria.foundation.pdf import compile_pdf
from pizzeria.foundation.shop.selectors import current_shop

TEMPLATE = Path(__file__).with_name("daily.typ")
BEST_SELLERS = 5


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table: its first column is text, the others are numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DailyDocument:
    """
    The figures of a day.

    :ivar day: "Saturday 28 November 2026"
    :ivar compared_with: the sentence that names the day of the figures beside them
    """

    shop_name: str
    title: str
    day: str
    compared_with: str
    figures: tuple[FigureText, ...]
    tables: tuple[DocumentTable, ...]


def document_of(day: date, *, at: datetime) -> DailyDocument:
    """Return the document of a business day that has ended."""
    period = Period(day, day)
    before = compared_period(period)
    overview, kitchen = selectors.overview(period, at=at), selectors.kitchen(period, at=at)
    return DailyDocument(
        shop_name=current_shop().name,
        title=_("Figures of the day"),
        day=date_format(day, "l j F Y"),
        compared_with=_("Compared with %(day)s") % {"day": date_format(before.first, "l j F")},
        figures=(*compared(overview, selectors.overview(before, at=at)), *minutes(kitchen)),
        tables=tuple(
            table
            for table in (
                _orders(overview),
                _best_sellers(selectors.pizzas(period, at=at)),
                _kitchen(kitchen),
                _bookkeeping(selectors.bookkeeping(period, at=at)),
            )
            if table.rows
        ),
    )


def render_pdf(document: DailyDocument, *, day: date) -> bytes:
    """
    Return the PDF of a document. Its date is the first moment after the business day.

    :raises PdfNotMade: the compiler refuses it
    """
    ended_at = clock.day_bounds(day)[1]
    return compile_pdf(TEMPLATE.read_bytes(), data={"report": asdict(document)}, at=ended_at)


def _orders(overview: Overview) -> DocumentTable:
    rows = (
        (_("Pickups"), str(overview.pickups)),
        (_("Deliveries"), str(overview.deliveries)),
        (_("Cancelled"), str(overview.cancelled)),
        (_("Sales"), format_amount(overview.sales)),
        (_("Discounts"), format_amount(overview.discounts)),
        (_("Delivery fees"), format_amount(overview.delivery_fees)),
        (_("Tips"), format_amount(overview.tips)),
        (_("Refunded"), format_amount(overview.refunded)),
    )
    return DocumentTable(_("Orders"), (), rows)


def _best_sellers(pizzas: Sequence[ProductFigures]) -> DocumentTable:
    rows = tuple((each.name, str(each.quantity), format_amount(each.sales)) for each in pizzas[:BEST_SELLERS])
    return DocumentTable(_("Best sellers"), (_("Pizza"), _("Sold"), _("Sales")), rows)


def _kitchen(kitchen: KitchenFigures) -> DocumentTable:
    durations = (
        (_("In the oven"), kitchen.cooking),
        (_("Preparation"), kitchen.preparation),
        (_("Delivery"), kitchen.delivery),
    )
    rows = tuple((label, *_minutes(each)) for label, each in durations if each.count)
    header = (_("Minutes"), _("Average"), _("Median"), _("90% within"))
    return DocumentTable(_("Kitchen: %(count)d orders cooked") % {"count": kitchen.cooked}, header, rows)


def _minutes(durations: Durations) -> tuple[str, str, str]:
    average = "–" if durations.average is None else number_format(durations.average)
    return average, str(durations.median), str(durations.p90)


def _bookkeeping(rows: Sequence[BookkeepingFigures]) -> DocumentTable:
    shown = tuple(
        (
            str(capfirst(row.method.label)),
            _amount_of(row.receipts, row.received),
            _amount_of(row.credit_notes, row.credited),
            format_amount(row.net),
        )
        for row in rows
    )
    net = sum((row.net for row in rows), ZERO)
    header = (_("Method"), _("Receipts"), _("Credit notes"), _("Net"))
    return DocumentTable(_("Bookkeeping"), header, shown, (_("Total"), "", "", format_amount(net)))


def _amount_of(count: int, amount: Decimal) -> str:
    return _("%(amount)s (%(count)d)") % {"amount": format_amount(amount), "count": count}
