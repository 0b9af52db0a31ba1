"""The search of the admin's form fields that choose a row of a long list."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest

from pizzeria.foundation.keyset_changelist import KeysetModelAdmin


class ShopAutocompleteView(AutocompleteJsonView):
    """Django's view of the rows to choose from. A search is reported to the admin of the rows, as in its list."""

    def process_request(self, request: HttpRequest) -> Any:
        """Return the search term, without NUL characters, which PostgreSQL cannot take, and what it searches in."""
        term, *others = super().process_request(request)
        return term.replace("\0", ""), *others

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the page of rows, and report the search that found them."""
        context = super().get_context_data(**kwargs)
        if self.term and isinstance(self.model_admin, KeysetModelAdmin):
            rows, has_more = list(context["object_list"]), context["page_obj"].has_next()
            self.model_admin.on_search(self.request, self.term, found=len(rows), has_more=has_more)
        return context
