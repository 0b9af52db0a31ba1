"""The runs of the simulation, each with its scenarios, its progress and its results. They hold no personal data."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.reports.what_if.scenarios import Scenario, ScenarioResult
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet


class RunState(models.TextChoices):
    WAITING = "waiting", _("waiting for a worker")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class WhatIfRunQuerySet(LockingQuerySet["WhatIfRun"]):
    def due(self, at: datetime) -> Self:
        """Filter the runs that no worker has, or whose worker's lease has ended."""
        return self.filter(due_at__lte=at)


class WhatIfRun(models.Model):
    """One question of a manager: an evening, and the scenarios to compare."""

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    business_date = models.DateField()
    scenario_data = models.JSONField(default=list)  # of Scenario, in the order in which they are shown
    result_data = models.JSONField(default=list)  # of ScenarioResult, as far as they are known
    state = models.CharField(max_length=8, choices=RunState, default=RunState.WAITING)
    done = models.PositiveIntegerField(default=0)  # orders simulated, of all scenarios
    total = models.PositiveIntegerField(default=0)  # 0: not known yet
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.CharField(max_length=32)  # the actor, as in a stored event
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # while it runs: the end of the worker's lease; None: done or failed

    objects = WhatIfRunQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], name="what_if_run_due", condition=models.Q(due_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="what_if_run_state_known"),
        ]

    def __str__(self) -> str:
        return f"what if, {self.business_date}"

    @property
    def is_finished(self) -> bool:
        return self.state in (RunState.DONE, RunState.FAILED)

    @property
    def percent_done(self) -> int:
        """Return the progress in whole percent, rounded down."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def scenarios(self) -> list[Scenario]:
        return [Scenario.model_validate(each) for each in self.scenario_data]

    @property
    def results(self) -> list[ScenarioResult]:
        return [ScenarioResult.model_validate(each) for each in self.result_data]
