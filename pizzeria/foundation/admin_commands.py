"""Admins whose rows are saved and deleted by commands, which open the transaction themselves."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from pizzeria.foundation.refusals import Refusal


class SavedByCommandMixin[M: Model](ModelAdmin[M]):
    """
    Admin mixin without the admin's own transaction. A refusal of a command is a warning on the same page.

    What the form can know is said beside its fields before: only what changed at the very same moment gets here.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show and save a row without the admin's own transaction."""
        try:
            page = self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        except Refusal as refusal:
            return self._warn(request, refusal)
        return cast("HttpResponse", page)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then delete a row without the admin's own transaction."""
        try:
            page = self._delete_view(request, object_id, extra_context)  # type: ignore[attr-defined]
        except Refusal as refusal:
            return self._warn(request, refusal)
        return cast("HttpResponse", page)

    def _warn(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        self.message_user(request, refusal.message, messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())
