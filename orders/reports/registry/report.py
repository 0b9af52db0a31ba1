from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django_stubs_ext import StrOrPromise

from orders.reports.comparison import FiguresOf, comparison_table
from orders.reports.forms import PeriodForm
from orders.reports.tables import TableSpec


@dataclass(frozen=True)
class Report:
    """
    A report: a page with key figures, tables and their charts.

    :ivar slug: its name in addresses and file names
    :ivar summary: what it is for, in the list of reports
    :ivar explanation: sentences about what is counted
    :ivar figures: returns the key figures, which are compared with those of the period before
    :ivar names_people: whether its exports have personal data
    :ivar offers_score: whether the page of a single day has a link that shows or hides the score of the staff
    """

    slug: str
    title: StrOrPromise
    summary: StrOrPromise
    explanation: tuple[StrOrPromise, ...]
    figures: FiguresOf
    tables: tuple[TableSpec[Any], ...]
    form: type[PeriodForm] = PeriodForm
    names_people: bool = False
    offers_score: bool = False

    @cached_property
    def exported_tables(self) -> dict[str, TableSpec[Any]]:
        """Return what can be exported, by slug: the tables, and the comparison of the key figures."""
        return {table.slug: table for table in (*self.tables, comparison_table(self.figures))}
