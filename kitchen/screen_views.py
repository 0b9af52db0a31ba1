"""The addresses of a screen of the board: it reports itself by a script, and a person gives it a name."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kitchen import selectors, services
from kitchen.board_address import redirect_to_board
from kitchen.forms import ScreenNameForm, ScreenReportForm
from kitchen.models import BoardScreen
from kitchen.permissions import SEE_BOARD
from kitchen.services import ScreenReport
from pizzeria.foundation import clock
from pizzeria.foundation.actor import ActorKind, actor_of, needs
from pizzeria.foundation.refusals import Refusal


@login_not_required  # a redirect to the sign-in page would be followed by the script
@never_cache
@require_POST
def report_screen(request: HttpRequest) -> HttpResponse:
    """Record what a screen reports; the answer is a bare status."""
    by = actor_of(request)
    if by.kind is ActorKind.GUEST:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    if not by.may(SEE_BOARD):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    form = ScreenReportForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    report = ScreenReport(**form.cleaned_data)
    services.report_screen(kitchen=selectors.the_kitchen(), report=report, by=by, at=clock.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@needs(SEE_BOARD)
@require_POST
def name_screen(request: HttpRequest) -> HttpResponse:
    form = ScreenNameForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect_to_board(request)
    screen = get_object_or_404(BoardScreen, key=form.cleaned_data["key"])
    try:
        services.name_screen(screen_id=screen.pk, name=form.cleaned_data["name"], by=actor_of(request), at=clock.now())
        messages.success(request, _("This screen is called “%(name)s” now.") % form.cleaned_data)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return redirect_to_board(request)
