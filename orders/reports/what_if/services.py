"""Runs of the simulation: requested by a manager, claimed by a worker, and simulated outside any transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from kitchen.simulation import simulate
from orders.reports.permissions import SEE_REPORTS
from orders.reports.what_if.models import RunState, WhatIfRun
from orders.reports.what_if.scenarios import Scenario, ScenarioResult, summarize
from orders.reports.what_if.selectors import Evening, evening_of
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.foundation.shop.selectors import current_shop

LEASE = timedelta(minutes=1)
MAX_ATTEMPTS = 3
ORDERS_PER_REPORT = 25  # of progress

log = structlog.get_logger(__name__)


class EveningNotOver(Refusal):
    """Only a business day that has ended can be replayed."""

    code = "evening_not_over"
    status = 422


@command
def request_run(*, ref: UUID, business_date: date, scenarios: Sequence[Scenario], by: Actor, at: datetime) -> WhatIfRun:
    """
    Request the simulation of a past evening. The caller queues the task; the sweep does, if that is lost.

    :param scenarios: what really happened, what is said to be simulated as it was, and what is compared with it
    :raises NotAllowed: the actor may not see reports
    :raises EveningNotOver: the business day has not ended yet
    """
    if not by.may(SEE_REPORTS):
        raise NotAllowed(_("Only managers can do that."))
    refuse_unless_over(business_date, at=at)
    return WhatIfRun.objects.create(
        ref=ref,
        business_date=business_date,
        scenario_data=[scenario.model_dump(mode="json") for scenario in scenarios],
        created_by=str(by),
        created_at=at,
        due_at=at,
    )


def refuse_unless_over(day: date, *, at: datetime) -> None:
    """
    Refuse a business day that cannot be replayed yet.

    :raises EveningNotOver: it has not ended
    """
    if day >= clock.business_date(at):
        raise EveningNotOver(_("That day is not over yet. Please choose an earlier one."), field="business_date")


def run_due(*, run_id: int, at: datetime) -> None:
    """Simulate a run if it is due. Of any number of concurrent calls, one does."""
    run = claim_run(run_id=run_id, at=at)
    if run is None:
        return
    evening = evening_of(run.business_date)
    simulated = [scenario for scenario in run.scenarios if scenario.kind != "real"]
    run.done, run.total = 0, len(simulated) * len(evening.outcomes)
    results = [_simulate(scenario, evening, run) for scenario in run.scenarios]
    finish_run(run=run, results=results)


def _simulate(scenario: Scenario, evening: Evening, run: WhatIfRun) -> ScenarioResult:
    if scenario.kind == "real":
        return ScenarioResult(scenario=scenario, summary=summarize(evening.outcomes, knows_refused=False))
    outcomes = []
    for outcome in simulate(evening.arrivals, settings=scenario.settings, shop=current_shop()):
        outcomes.append(outcome)
        run.done += 1
        if run.done % ORDERS_PER_REPORT == 0:
            _report_progress(run)
    return ScenarioResult(scenario=scenario, summary=summarize(outcomes))


def _report_progress(run: WhatIfRun) -> None:
    """Show how far the run is, and keep it from other workers for as long again."""
    due_at = clock.now() + LEASE
    WhatIfRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(done=run.done, total=run.total, due_at=due_at)


@command
def claim_run(*, run_id: int, at: datetime) -> WhatIfRun | None:
    """
    Claim a due run until its lease ends; None: it is not due, another worker has it, or it is given up.

    Whatever ended the earlier attempts, also a worker that was killed: after the last one the run has failed.
    """
    run = WhatIfRun.objects.for_update(skip_locked=True).due(at).filter(pk=run_id).first()
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        run.state, run.due_at = RunState.FAILED, None
        log.warning("what_if_run_failed", run=str(run.ref))
    else:
        run.state, run.attempts, run.due_at = RunState.RUNNING, run.attempts + 1, at + LEASE
    run.save(update_fields=["state", "attempts", "due_at"])
    return None if run.state == RunState.FAILED else run


@command
def finish_run(*, run: WhatIfRun, results: Sequence[ScenarioResult]) -> None:
    """Store the results of a run. Those of a worker whose lease has ended are the same."""
    WhatIfRun.objects.filter(pk=run.pk).update(
        state=RunState.DONE,
        result_data=[result.model_dump(mode="json") for result in results],
        done=run.total,
        total=run.total,
        due_at=None,
    )


def purge_runs(*, before: datetime) -> int:
    """Delete the runs that were requested before a moment; return how many."""
    return WhatIfRun.objects.filter(created_at__lt=before).delete()[0]
