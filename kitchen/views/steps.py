"""The address to which a board sends steps, and the answer to them: the board, or JSON for its script."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kitchen.permissions import COOK
from kitchen.steps import STEPS, RequestedStep, StepCommand, StepInvalid, StepResult, requested_steps, take_steps
from kitchen.views.board import REFUSED_TICKET, board_after_step
from pizzeria.foundation import clock
from pizzeria.foundation.actor import ActorKind, Permission, actor_of, needs


@login_not_required  # `answer_steps` checks who asks
def take(request: HttpRequest) -> HttpResponse:
    return answer_steps(request, STEPS, permission=COOK)


def answer_steps(request: HttpRequest, commands: Mapping[str, StepCommand], *, permission: Permission) -> HttpResponse:
    """
    Take the steps of a request and answer it, for a view with `login_not_required`.

    A script that keeps steps has no use for a redirect to the sign-in page. To a request that accepts JSON the answer
    is `{"results": [{"ref", "label", "ok", "message"}]}`: 200 also if steps were refused, 401 and 403 without results
    if nothing was tried, 422 if the request is not that of a board.
    """
    wants_json = "application/json" in request.headers.get("Accept", "")
    if wants_json and not actor_of(request).may(permission):
        is_guest = actor_of(request).kind is ActorKind.GUEST
        return _problem(_("Please sign in again."), 401) if is_guest else _problem(_("You may not do that."), 403)

    @needs(permission)
    @require_POST
    def answer(request: HttpRequest) -> HttpResponse:
        return _answer(request, commands, wants_json=wants_json)

    return answer(request)  # type: ignore[return-value]  # `needs` is for views of any kind of response


def _answer(request: HttpRequest, commands: Mapping[str, StepCommand], *, wants_json: bool) -> HttpResponse:
    try:
        steps = requested_steps(request.POST)
        results = take_steps(
            steps, commands, key=_idempotency_key(request), by=actor_of(request), at=clock.database_now()
        )
    except StepInvalid as refusal:
        if wants_json:
            return _problem(refusal.message, refusal.status)
        messages.warning(request, refusal.message)
        return board_after_step(request)
    if wants_json:
        return JsonResponse({"results": [_as_json(result) for result in results]})
    _add_messages(request, commands, steps, results)
    return board_after_step(request)


def _idempotency_key(request: HttpRequest) -> UUID | None:
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    try:
        return UUID(sent)
    except ValueError:
        raise StepInvalid(_("The idempotency key has to be a UUID.")) from None


def _add_messages(
    request: HttpRequest, commands: Mapping[str, StepCommand], steps: list[RequestedStep], results: list[StepResult]
) -> None:
    """
    Add a message on what was done by each action, and one for each reason why something was not.

    Refusals carry the tickets that they are about.
    """
    done: dict[str, list[str]] = {}
    for step, result in zip(steps, results, strict=True):
        if result.ok:
            done.setdefault(step.action, []).append(result.label)
    for action, labels in done.items():
        messages.success(request, commands[action].done % {"count": len(labels), "tickets": ", ".join(labels)})
    refused: dict[str, list[str]] = {}
    for result in results:
        if not result.ok:
            refused.setdefault(result.message, []).append(f"{REFUSED_TICKET}{result.ref}")
    for message, tickets in refused.items():
        messages.warning(request, message, extra_tags=" ".join(tickets))


def _as_json(result: StepResult) -> dict[str, object]:
    return {"ref": str(result.ref), "label": result.label, "ok": result.ok, "message": result.message}


def _problem(message: str, status: int) -> JsonResponse:
    return JsonResponse({"results": [], "message": message}, status=status)
