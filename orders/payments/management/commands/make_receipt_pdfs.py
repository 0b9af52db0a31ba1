from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.payments import services
from orders.payments.models import ReceiptPdf
from orders.payments.receipts.pdf import PdfNotMade
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = "Make the PDFs of receipts that have none, also those that were given up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="make all of them again, such as after an upgrade")

    def handle(self, *args: Any, again: bool, **options: Any) -> None:
        pdfs = ReceiptPdf.objects.order_by("pk") if again else ReceiptPdf.objects.filter(made_at=None).order_by("pk")
        new = same = failed = 0
        for pk in pdfs.values_list("pk", flat=True).iterator():
            pdf = ReceiptPdf.objects.select_related("receipt__corrects").get(pk=pk)
            try:
                is_new = services.make_pdf_again(pdf=pdf, at=clock.now())
            except PdfNotMade as error:
                self.stderr.write(f"{pdf.receipt}: {error}")
                failed += 1
                continue
            new, same = new + is_new, same + (not is_new)
        self.stdout.write(f"{new} made, {same} as they were")
        if failed:
            raise CommandError(f"{failed} could not be made")
