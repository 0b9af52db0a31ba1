from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orders.reports.daily_email.document import document_of, render_pdf
from orders.reports.daily_email.rendering import pdf_name
from orders.reports.permissions import SEE_REPORTS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import needs


@needs(SEE_REPORTS)
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """Return the PDF of yesterday's figures, as the e-mail of this morning has it."""
    at = clock.now()
    day = clock.business_date(at) - timedelta(days=1)
    pdf = render_pdf(document_of(day, at=at), day=day)
    headers = {"Content-Disposition": f'inline; filename="{pdf_name(day)}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
