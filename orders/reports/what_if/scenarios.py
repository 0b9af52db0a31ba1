"""What a manager asks, and what comes out: the scenarios of a run, and the summary of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from kitchen.simulation import Outcome, OutcomeKind, SimulationSettings
from orders.reports.charts import Chart, Point, bar_chart
from orders.reports.figures import Durations, percent

ScenarioKind = Literal["real", "as_it_was", "changed"]


class Scenario(BaseModel):
    """
    Settings under which an evening is simulated.

    :ivar name: as managers read it, in the language of the person who asked
    :ivar kind: "real" is not simulated: it is what happened
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: ScenarioKind
    oven_slots: int
    max_concurrent_orders: int
    max_open_pizzas: int | None
    cooks: int
    tickets_per_cook: int

    @property
    def settings(self) -> SimulationSettings:
        return SimulationSettings(
            oven_slots=self.oven_slots,
            max_concurrent_orders=self.max_concurrent_orders,
            max_open_pizzas=self.max_open_pizzas,
            cooks=self.cooks,
            tickets_per_cook=self.tickets_per_cook,
        )


class Minutes(BaseModel):
    """Statistics of some times in whole minutes; all None if there are none. By nearest rank."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median: int | None = None
    p90: int | None = None
    longest: int | None = None


class Summary(BaseModel):
    """
    What became of the orders of an evening in one scenario.

    :ivar cooked: orders that came out of the oven
    :ivar refused: orders that would have found the kitchen full; None: not known, as refused orders leave no trace
    :ivar left: cancelled before they were cooked, or never paid
    :ivar waiting: from the order until it was in the oven
    :ivar in_all: from the order until the guest had it (a pickup: until it was ready)
    :ivar promised: cooked orders of which it is known whether their first promise was kept; a cancelled one is not
    :ivar late: those whose promise was missed
    :ivar late_by: by how many minutes these missed it
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cooked: int
    refused: int | None
    left: int
    waiting: Minutes
    in_all: Minutes
    promised: int
    late: int
    late_by: Minutes

    @property
    def late_percent(self) -> Decimal | None:
        return percent(self.late, self.promised)


class ScenarioResult(BaseModel):
    """A scenario with its summary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: Scenario
    summary: Summary


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One figure of all scenarios, as text."""

    label: str
    cells: list[str]


def comparison(results: Sequence[ScenarioResult]) -> list[ComparisonRow]:
    """Return the rows in which the scenarios of a run are compared, in the order of the results."""
    rows: list[tuple[str, Callable[[ScenarioResult], object]]] = [
        (_("Oven slots"), lambda result: result.scenario.oven_slots),
        (_("Cooks"), lambda result: result.scenario.cooks),
        (_("Open orders at most"), lambda result: result.scenario.max_concurrent_orders),
        (_("Open pizzas at most"), lambda result: result.scenario.max_open_pizzas or _("any")),
        (_("Orders cooked"), lambda result: result.summary.cooked),
        (_("Refused, kitchen full"), lambda result: result.summary.refused),
        (_("Cancelled before cooking"), lambda result: result.summary.left),
        (_("Late"), lambda result: result.summary.late),
        (_("Late, in percent"), lambda result: result.summary.late_percent),
        (_("Late by, median minutes"), lambda result: result.summary.late_by.median),
        (_("Late by, at most"), lambda result: result.summary.late_by.longest),
        (_("Until in the oven, median minutes"), lambda result: result.summary.waiting.median),
        (_("Until in the oven, 90% within"), lambda result: result.summary.waiting.p90),
        (_("Until the guest has it, median minutes"), lambda result: result.summary.in_all.median),
        (_("Until the guest has it, 90% within"), lambda result: result.summary.in_all.p90),
    ]
    return [ComparisonRow(label, [_text(figure(result)) for result in results]) for label, figure in rows]


@dataclass(frozen=True, slots=True)
class ScenarioChart:
    """A chart that compares one figure of the scenarios; `slug` is unique on the page."""

    slug: str
    chart: Chart


def charts(results: Sequence[ScenarioResult]) -> list[ScenarioChart]:
    """Return the charts of late and of refused orders; one without any is left out."""
    late = [Point(result.scenario.name, result.summary.late) for result in results]
    refused = [
        Point(result.scenario.name, result.summary.refused) for result in results if result.summary.refused is not None
    ]
    found = [
        (slug, bar_chart(points, title=title, value_axis=_("orders"), write=str))
        for slug, title, points in (("late", _("Late orders"), late), ("refused", _("Refused orders"), refused))
        if points
    ]
    return [ScenarioChart(slug, chart) for slug, chart in found if chart]


def _text(figure: object) -> str:
    return "–" if figure is None else str(figure)


def summarize(outcomes: Sequence[Outcome], *, knows_refused: bool = True) -> Summary:
    """
    Return the summary of the outcomes of all orders of an evening.

    :param knows_refused: False for what really happened
    """
    cooked = [outcome for outcome in outcomes if outcome.kind == OutcomeKind.COOKED]
    refused = sum(outcome.kind == OutcomeKind.REFUSED for outcome in outcomes)
    late = [outcome.late_by for outcome in cooked if outcome.late_by]
    return Summary(
        cooked=len(cooked),
        refused=refused if knows_refused else None,
        left=sum(outcome.kind == OutcomeKind.LEFT for outcome in outcomes),
        waiting=minutes_of(each.started_at - each.arrival.at for each in cooked if each.started_at),
        in_all=minutes_of(each.handed_over_at - each.arrival.at for each in cooked if each.handed_over_at),
        promised=sum(each.promise is not None and each.handed_over_at is not None for each in cooked),
        late=len(late),
        late_by=minutes_of(late),
    )


def minutes_of(times: Iterable[timedelta]) -> Minutes:
    """Return the statistics of times: whole minutes, rounded down; a rank is the nearest one."""
    histogram = Counter(int(each / timedelta(minutes=1)) for each in times)
    statistics = Durations.of(histogram)
    return Minutes(median=statistics.median, p90=statistics.p90, longest=max(histogram, default=None))
