"""Export and import of the menu in the admin: a file is compared with the rows first, and applied when confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from menu import services
from menu.admin.rows import MenuAdmin, by_and_at
from menu.import_plan import ImportPlan, columns_of, exported_rows, plan_import
from menu.models import MenuItem
from menu.spreadsheet_files import MAX_BYTES, SpreadsheetRefused, TableRow, read_table
from pizzeria.foundation import clock
from pizzeria.foundation.concurrent_edits import PreconditionFailed
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes

get_or_post = require_http_methods(["GET", "HEAD", "POST"])

SALT = "menu.import"
CONFIRM_WITHIN = 3600  # seconds


class ImportForm(ShopForm):
    file = forms.FileField(label=gettext_lazy("CSV or XLSX file"), max_length=200)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large: 1 MB at most, please."))
        return file


class SpreadsheetAdmin[I: MenuItem](MenuAdmin[I]):
    """Admin of items that can be exported as a spreadsheet, and imported from one."""

    def get_urls(self) -> list[URLPattern]:
        name, view = f"menu_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("export/<slug:kind>/", view(require_safe(self.export_view)), name=f"{name}_export"),
            path("import/", view(get_or_post(self.import_view)), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the items on the menu as CSV or XLSX."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in ("csv", "xlsx"):
            raise Http404
        header, rows = columns_of(self.model), exported_rows(self.model, at=clock.now())
        title = str(self.opts.verbose_name_plural)
        if kind == "xlsx":
            response = HttpResponse(xlsx_bytes(header, rows, title=title), content_type=XLSX_TYPE)
        else:
            response = HttpResponse(csv_bytes(header, rows), content_type=CSV_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{title.replace(" ", "-")}.{kind}"'
        return response

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file; show what it would change; and change exactly that when it is confirmed."""
        if not (self.has_change_permission(request) and self.has_add_permission(request)):
            raise PermissionDenied
        if "confirmed" in request.POST:
            return self._confirm(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form)
        file = form.cleaned_data["file"]
        try:
            table = read_table(file.read(), columns=columns_of(self.model), required="slug")
            return self._show(request, table, plan_import(self.model, table, at=clock.now()))
        except SpreadsheetRefused as refusal:
            return self._page(request, form, refusal=refusal)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        acting = by_and_at(request)
        try:
            confirmed = signing.loads(request.POST["confirmed"], salt=SALT, max_age=CONFIRM_WITHIN)
            table = [TableRow(line, cells) for line, cells in confirmed["rows"]]
        except signing.SignatureExpired:
            messages.warning(request, _("That is too long ago. Please choose the file again."))
            return redirect(admin_urlname(self.opts, "import"))  # type: ignore[arg-type]
        except signing.BadSignature:
            messages.warning(request, _("The confirmation arrived damaged. Please choose the file again."))
            return redirect(admin_urlname(self.opts, "import"))  # type: ignore[arg-type]
        if (confirmed["user"], confirmed["model"]) != (request.user.pk, self.opts.model_name):
            raise PermissionDenied
        try:
            plan = plan_import(self.model, table, at=acting["at"])
            _refuse_unless_confirmed(plan, digest=confirmed["digest"])
            count = services.import_items(model=self.model, rows=plan.items, **acting)
        except PreconditionFailed:
            messages.warning(request, _("Something has changed meanwhile. Nothing was imported; please look again."))
            return self._show(request, table, plan_import(self.model, table, at=acting["at"]), status=409)
        except SpreadsheetRefused as refusal:
            return self._page(request, ImportForm(), refusal=refusal)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(admin_urlname(self.opts, "import"))  # type: ignore[arg-type]
        done = ngettext("%(count)d item was imported.", "%(count)d items were imported.", count) % {"count": count}
        messages.success(request, done)
        return redirect(admin_urlname(self.opts, "changelist"))  # type: ignore[arg-type]

    def _show(
        self, request: HttpRequest, table: list[TableRow], plan: ImportPlan, *, status: int = 200
    ) -> HttpResponse:
        confirmed = {
            "user": request.user.pk,
            "model": self.opts.model_name,
            "rows": [(row.line, row.cells) for row in table],
            "digest": plan.digest,
        }
        signed = signing.dumps(confirmed, salt=SALT, compress=True)
        return self._page(request, ImportForm(), plan=plan, signed=signed, status=status)

    def _page(self, request: HttpRequest, form: ImportForm, *, status: int = 200, **context: Any) -> HttpResponse:
        is_refused = bool(context.get("refusal")) or bool(form.errors)
        everything = {
            **self.admin_site.each_context(request),
            "title": _("Import %(items)s") % {"items": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "columns": columns_of(self.model),
            **context,
        }
        return render(request, "admin/menu/import.html", everything, status=422 if is_refused else status)


def _refuse_unless_confirmed(plan: ImportPlan, *, digest: str) -> None:
    """
    Refuse a plan that is not any more as it was confirmed.

    :raises PreconditionFailed:
    """
    if plan.digest != digest:
        raise PreconditionFailed
