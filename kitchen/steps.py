"""
Steps on tickets as a board requests them: by the button of one ticket, or for several tickets at once.

Each step is a command of its own, and carries the `seq` of the ticket that its screen showed. A board sends
`step=start:REF:SEQ` (several are separated by blanks), or `bulk=start` with `ticket=REF:SEQ` for each selected ticket.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from kitchen import selectors, services
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal

MAX_AT_ONCE = 250

_NO_BUTTON = gettext_lazy("This board has no such button. Please load it again.")

_STEP = re.compile(r"([a-z_]{1,20}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,9})", re.ASCII)


class StepInvalid(Refusal):
    """What was sent is no step of a board: nothing is done."""

    code = "step_invalid"
    status = 422


@dataclass(frozen=True, slots=True)
class RequestedStep:
    action: str
    ref: UUID
    seen_seq: int  # of the ticket as the screen showed it


@dataclass(frozen=True, slots=True)
class StepCommand:
    """
    A command that a board can request.

    :param run: takes `ref=`, `seen_seq=`, `by=`, `at=` and `idempotency=`
    :param done: the sentence on what was done, from "count" and "tickets" (their labels); lazy
    """

    run: Callable[..., object]
    done: Any


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    What became of a step.

    :param label: of the ticket, "#42"; blank: there is no such ticket
    :param message: the refusal; blank if the step was taken
    """

    ref: UUID
    label: str
    ok: bool
    message: str


STEPS: Mapping[str, StepCommand] = {
    "start": StepCommand(
        services.start_cooking,
        ngettext_lazy("%(tickets)s is in the oven.", "%(tickets)s are in the oven.", "count"),
    ),
    "finish": StepCommand(
        services.finish_ticket, ngettext_lazy("%(tickets)s is ready.", "%(tickets)s are ready.", "count")
    ),
    "seen": StepCommand(services.mark_seen, ngettext_lazy("%(tickets)s is seen.", "%(tickets)s are seen.", "count")),
    "acknowledge": StepCommand(
        services.acknowledge_change,
        ngettext_lazy("What became of %(tickets)s is read.", "What became of %(tickets)s is read.", "count"),
    ),
    "recall": StepCommand(
        services.recall_ticket, ngettext_lazy("%(tickets)s is recalled.", "%(tickets)s are recalled.", "count")
    ),
    "hold": StepCommand(
        services.hold_ticket, ngettext_lazy("%(tickets)s is on hold.", "%(tickets)s are on hold.", "count")
    ),
    "resume": StepCommand(
        services.resume_ticket,
        ngettext_lazy("%(tickets)s is to be made again.", "%(tickets)s are to be made again.", "count"),
    ),
    "priority": StepCommand(
        services.prioritize_ticket, ngettext_lazy("%(tickets)s comes first.", "%(tickets)s come first.", "count")
    ),
    "normal": StepCommand(
        services.deprioritize_ticket,
        ngettext_lazy("%(tickets)s is back at its place.", "%(tickets)s are back at their places.", "count"),
    ),
}


def requested_steps(data: QueryDict) -> list[RequestedStep]:
    """
    Return the steps that a board has sent: those of the pressed button, or one for each selected ticket.

    :raises StepInvalid: nothing is selected, too many are, or the data is not that of a board
    """
    is_of_one_button = "step" in data
    sent = (
        str(data["step"]).split()
        if is_of_one_button
        else [f"{data.get('bulk', '')}:{each}" for each in data.getlist("ticket")]
    )
    if not sent:
        raise StepInvalid(str(_NO_BUTTON) if is_of_one_button else _("Select at least one ticket first."))
    if len(sent) > MAX_AT_ONCE:
        raise StepInvalid(_("%(count)d tickets at once at most, please.") % {"count": MAX_AT_ONCE})
    return [_parse(each) for each in dict.fromkeys(sent)]


def take_steps(
    requested: Sequence[RequestedStep],
    commands: Mapping[str, StepCommand],
    *,
    key: UUID | None,
    by: Actor,
    at: datetime,
) -> list[StepResult]:
    """
    Run each step as its own command; return what became of each, in the order requested.

    :param key: of the request, from which each step gets an idempotency key of its own; None: it has none
    :raises StepInvalid: a step is none of the commands; none is run then
    """
    if any(step.action not in commands for step in requested):
        raise StepInvalid(str(_NO_BUTTON))
    labels = selectors.labels_of([step.ref for step in requested])
    return [_take(step, commands[step.action], labels.get(step.ref, ""), key=key, by=by, at=at) for step in requested]


def _take(
    step: RequestedStep, command: StepCommand, label: str, *, key: UUID | None, by: Actor, at: datetime
) -> StepResult:
    try:
        command.run(
            ref=step.ref, seen_seq=step.seen_seq, by=by, at=at, idempotency=_idempotent(step, key, by) if key else None
        )
    except Refusal as refusal:
        return StepResult(step.ref, label, ok=False, message=refusal.message)
    return StepResult(step.ref, label, ok=True, message="")


def _idempotent(step: RequestedStep, key: UUID, by: Actor) -> IdempotentRequest:
    name = f"{step.action}:{step.ref}:{step.seen_seq}"
    return IdempotentRequest.of(principal=f"board:{by}", key=uuid5(key, name), data={"step": name})


def _parse(sent: str) -> RequestedStep:
    match = _STEP.fullmatch(sent)
    if match is None:
        raise StepInvalid(str(_NO_BUTTON))
    action, ref, seq = match.groups()
    return RequestedStep(action, UUID(ref), int(seq))
