"""Workers killed by SIGKILL while they print: the slip comes out, a second one with a mark."""

import pytest

from kitchen.models import Kitchen
from kitchen.printing import services as printing_services
from kitchen.printing.models import PrintJob, PrintState
from tests.chaos import workload
from tests.kitchen.printing.receipt_printer import running_receipt_printer
from tests.length import by_length
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def printer(settings):
    with running_receipt_printer() as printer:
        settings.KITCHEN_PRINTER = printer.address
        yield printer


BEFORE = pytest.param("kitchen.claim_print_job.after_commit", [True], id="before it prints")
AFTER = pytest.param("printing.sent", [False, True], id="after it has printed")


@pytest.mark.long
@pytest.mark.parametrize(("failpoint", "marks"), by_length([AFTER], long=[BEFORE, AFTER]))
def test_the_moment_at_which_a_worker_is_killed_decides_how_often_its_ticket_is_printed(
    shop_processes, printer, failpoint, marks
):
    shop_processes.set_variable("KITCHEN_PRINTER", printer.address)
    workload.place(1)

    worker = shop_processes.start_faulty_worker(f"killed:{failpoint}", "--queues", "printing")
    until(lambda: worker.poll() is not None, seconds=workload.WORKER_TIMEOUT, describe=PrintJob.objects.values)
    job = PrintJob.objects.get()
    assert job.state == PrintState.PRINTING
    printing_services.print_next_job(kitchen_id=Kitchen.objects.get().pk, at=job.due_at)

    assert PrintJob.objects.get().state == PrintState.PRINTED
    assert ["DUPLICATE?" in text.splitlines() for text in printer.texts] == marks
