"""Admin of receipts and credit notes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.payments import selectors
from orders.payments.admin.order_links import order_link_to
from orders.payments.models import Receipt, ReceiptPdf
from orders.payments.permissions import SEE_PAYMENTS
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import SearchByKeyMixin


class YearFilter(admin.SimpleListFilter):
    """The year of the number, from the first receipt to the newest. Two short queries, however many there are."""

    title = gettext_lazy("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        by_age = Receipt.objects.order_by("pk").values_list("year", flat=True)
        first, newest = by_age.first(), by_age.last()
        if first is None or newest is None:
            return []
        return [(str(year), year) for year in range(newest, first - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        """
        Filter the receipts of the year.

        :raises IncorrectLookupParameters: it is none of those offered
        """
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in {year for year, _label in self.lookup_choices}:
            raise IncorrectLookupParameters
        return queryset.filter(year=int(chosen))


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdminMixin, SearchByKeyMixin[Receipt]):
    view_permission = SEE_PAYMENTS
    list_display = ["number_text", "kind", "order_link", "total", "currency", "issued_at", "pdf_link"]
    list_filter = ["kind", YearFilter]
    list_select_related = ["order"]
    search_fields = ["number__exact", "order__number__exact"]
    fields = [
        ("number_text", "kind", "corrects"),
        ("order_link", "business_date", "issued_at"),
        ("total", "currency"),
        ("page_link", "pdf_link", "pdf_state"),
    ]

    @admin.display(description=gettext_lazy("number"))
    def number_text(self, receipt: Receipt) -> str:
        return receipt.number_text

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, receipt: Receipt) -> str:
        return order_link_to(receipt.order)

    @admin.display(description=gettext_lazy("page"))
    def page_link(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt", receipt.number_text)

    @admin.display(description="PDF")
    def pdf_link(self, receipt: Receipt) -> str:
        return _receipt_link(receipt, "receipt_pdf", "PDF")

    @admin.display(description=gettext_lazy("state of the PDF"))
    def pdf_state(self, receipt: Receipt) -> str:
        pdf = ReceiptPdf.objects.defer("content").get(receipt=receipt)
        if pdf.made_at:
            return _("made")
        return _("to be made") if pdf.due_at else _("given up: %(error)s") % {"error": pdf.error or "–"}


def _receipt_link(receipt: Receipt, name: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', selectors.receipt_url(name, receipt.ref), text)
