"""Decorators and mixins of the account views: access, status codes of forms, and views that need e-mail."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from pizzeria.users import sessions
from pizzeria.users.local_accounts import emails
from pizzeria.users.local_accounts.emails import EmailNotSent

EMAIL_NOT_SENT = _("We cannot write to you just now, so nothing has changed. Please try again in a few minutes.")

public_page = method_decorator(login_not_required, name="dispatch")

type View = Callable[..., HttpResponseBase]


def local_account_required(view: View) -> View:
    """Restrict a view to sessions begun by a local account; other users' credentials are managed elsewhere (403)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sessions.began_by_local_account(request.session):
            return render(request, "account/managed_elsewhere.html", status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return guarded


class FormStatusMixin:
    """A mixin for form views: the form as it was typed, with 422 if it is invalid, 503 if an e-mail cannot be sent."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except EmailNotSent:
            self.undo()
            form.add_error(None, EMAIL_NOT_SENT)
            return self._render_again(form, HTTPStatus.SERVICE_UNAVAILABLE)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self._render_again(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def undo(self) -> None:
        """Undo what was done before the e-mail could not be sent."""

    def _render_again(self, form: Any, status: HTTPStatus) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=status)  # type: ignore[attr-defined]
        return response


class EmailRequiredMixin:
    """A mixin for views that need e-mail: 503 with a page that says so in a shop without a mail server."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not emails.is_configured():
            return render(request, "account/email_disabled.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response
