"""
Lists of the admin for tables of any size: pages by the key of a row, newest first.

Nothing is counted and no row is skipped by OFFSET: without filters, the first page and the thousandth take the same
time. With filters, PostgreSQL may read all rows in the sequence of their keys until it has found a page of matches: a
filter that matches few rows needs an index of its own, and so does a search. A frequent name together with a filter
that leaves nearly nothing of it is still read that way: 0.9 s for 250,000 orders.

A page is named by the row next to it (`?before=…`, `?after=…`), so that rows that are added meanwhile neither repeat
nor hide others.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from pizzeria.foundation.admin import ShopChangeList, ShopModelAdmin, refusing_impossible_filters

BEFORE, AFTER = "before", "after"  # parameters: the key of the row before which the page begins, after which it ends
KEY = re.compile(r"[0-9]{1,18}")  # the key of a row: less than the largest value of its column


class KeysetChangeList(ShopChangeList):
    """
    A list of rows by descending key, with links to the newer and the older ones that keep search and filters.

    :ivar newer_url: query string of the page of newer rows; blank: there are none
    :ivar older_url: query string of the page of older rows; blank: there are none
    """

    newer_url = older_url = ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Return all rows that match; the links of filters lead to their first page."""
        for parameter in (BEFORE, AFTER):
            self.params.pop(parameter, None)
            self.filter_params.pop(parameter, None)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        """
        Query the rows of the page, and one more in its direction, which says whether there is a page after it.

        :raises IncorrectLookupParameters: the page's key is no key, or a filter has an impossible value
        """
        before, after = _key(request, BEFORE), _key(request, AFTER)
        with refusing_impossible_filters():
            rows = self._newer_than(after) if after is not None else []
            has_newer = len(rows) > self.list_per_page
            if has_newer:  # a page that is not the first: it ends at the key
                self._show(rows[: self.list_per_page][::-1], has_newer=True, has_older=True)
            else:
                before = None if after is not None else before
                rows = self._older_than(before)
                has_older = len(rows) > self.list_per_page
                self._show(rows[: self.list_per_page], has_newer=before is not None, has_older=has_older)
        if self.query and request.method == "GET":
            model_admin = cast("KeysetModelAdmin[Any]", self.model_admin)
            model_admin.on_search(request, self.query, found=self.result_count, has_more=bool(self.older_url))

    def _newer_than(self, key: int) -> list[Model]:
        rows = self.queryset.filter(self._bound("gt", key))
        return list(rows.order_by("pk")[: self.list_per_page + 1])

    def _older_than(self, key: int | None) -> list[Model]:
        rows = self.queryset if key is None else self.queryset.filter(self._bound("lt", key))
        return list(rows[: self.list_per_page + 1])

    def _bound(self, comparison: str, key: int) -> Q:
        columns = cast("KeysetModelAdmin[Any]", self.model_admin).key_columns
        return Q(*((f"{column}__{comparison}", key) for column in columns))

    def _show(self, rows: list[Model], *, has_newer: bool, has_older: bool) -> None:
        """Set what the templates of the admin read of a list. They show no count if both counts are equal."""
        self.result_list: Any = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(rows)
        if rows and has_older:
            self.older_url = self.get_query_string({BEFORE: rows[-1].pk})
        if has_newer:
            self.newer_url = self.get_query_string({AFTER: rows[0].pk} if rows else {})

    @property
    def newest_url(self) -> str:
        """Return the query string of the first page."""
        return self.get_query_string()


def _key(request: HttpRequest, parameter: str) -> int | None:
    """
    Return the key of a row in a request; None: the request has none.

    :raises IncorrectLookupParameters: it is not a key
    """
    text = request.GET.get(parameter)
    if text is None:
        return None
    if not KEY.fullmatch(text):
        raise IncorrectLookupParameters
    return int(text)


class PageActionForm(ActionForm):
    """The form of a list's actions. They run on selected rows: never on all that a filter matches."""

    def clean_select_across(self) -> bool:
        return False


class KeysetModelAdmin[M: Model](ShopModelAdmin[M]):
    """
    The base of an admin whose list may become long.

    :cvar key_columns: all columns that hold the key of a row, those of joined tables, too: PostgreSQL does not conclude
        from the least key of one table in a join that of the other, which it then reads from the beginning
    """

    key_columns: ClassVar[Sequence[str]] = ["pk"]

    change_list_template = "admin/keyset_change_list.html"
    ordering = ["-pk"]
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # counts per filter
    action_form = PageActionForm

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return KeysetChangeList

    def on_search(self, request: HttpRequest, text: str, *, found: int, has_more: bool) -> None:
        """
        Called after each search for rows, in the list or in a form field that chooses one; it may be logged.

        :param found: how many rows the page shows
        :param has_more: whether there are older ones
        """


class SearchByKeyMixin[M: Model](KeysetModelAdmin[M]):
    """
    A search by several keys, of which each has an index: numbers of orders, ids of the gateway.

    Django asks for all of them at once, joined by OR. No index serves conditions on two tables, so that all rows would
    be read.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if not search_term.strip():
            return queryset, False
        found = [self._found_by(field, request, search_term) for field in self.get_search_fields(request)]
        return queryset.filter(pk__in=found[0].union(*found[1:])), False

    def _found_by(self, field: Any, request: HttpRequest, search_term: str) -> QuerySet[M, Any]:
        """Return the primary keys of the rows that a search by one field finds."""
        by_field = copy.copy(self)
        vars(by_field)["search_fields"] = [field]
        rows = self.model._default_manager.order_by()
        found, _has_duplicates = super(SearchByKeyMixin, by_field).get_search_results(request, rows, search_term)
        return found.values("pk")
