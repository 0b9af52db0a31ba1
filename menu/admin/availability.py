"""Availability in the admin's list of items: each row can be marked sold out or available in its place."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from menu import services
from menu.admin.rows import MenuAdmin, by_and_at
from menu.forms import SoldOutForm
from menu.models import MenuItem
from menu.permissions import MARK_SOLD_OUT
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal


class AvailabilityAdmin[I: MenuItem](MenuAdmin[I]):
    """Admin of items that can be sold out. The controls of a row belong to a form of their own, below the list's."""

    @admin.display(description=gettext_lazy("available"))
    def availability(self, item: I) -> str:
        if item.is_archived:
            return _("archived")
        if item.is_available(clock.now()):
            return _("yes")
        if item.sold_out_until is None:
            return _("sold out until further notice")
        return _("sold out %(until)s") % {"until": clock.until(item.sold_out_until, at=clock.now())}

    def availability_message(self, item: I) -> str:
        """Return the sentence that tells a manager whether an item that was just changed is available."""
        if item.is_available(clock.now()):
            return _("%(name)s is available again.") % {"name": item}
        return f"{item}: {self.availability(item)}"

    @admin.display(description=gettext_lazy("available"))
    def availability_control(self, item: I) -> str:
        context = {
            "item": item,
            "text": self.availability(item),
            "is_available": item.is_available(clock.now()),
            "form_id": f"availability-{item.pk}",
        }
        return render_to_string("admin/menu/availability_control.html", context)

    def has_sell_out_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(MARK_SOLD_OUT)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.set_availability))
        name = f"menu_{self.opts.model_name}_availability"
        return [path("<int:pk>/availability/", view, name=name), *super().get_urls()]

    def set_availability(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark one item sold out or available; return to the list as it was filtered and sorted."""
        if not self.has_sell_out_permission(request):
            raise PermissionDenied
        item = get_object_or_404(self.model, pk=pk)
        try:
            changed = self._marked(item, request)
            messages.success(request, self.availability_message(changed))
        except Refusal as refusal:
            messages.warning(request, f"{item}: {refusal.message}")
        filters = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(reverse(admin_urlname(self.opts, "changelist")) + filters)  # type: ignore[arg-type]

    def _marked(self, item: I, request: HttpRequest) -> I:
        acting: dict[str, Any] = by_and_at(request)
        if request.POST.get("until") == "available":
            return services.mark_available(item=item, **acting)
        form = SoldOutForm(request.POST)
        if not form.is_valid():
            raise Refusal(" ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences))
        return services.mark_sold_out(item=item, until=form.until_when(acting["at"]), **acting)
