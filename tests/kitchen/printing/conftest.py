import pytest

from kitchen.printing import printer as printer_module
from tests.kitchen.printing.receipt_printer import running_receipt_printer


@pytest.fixture
def printer(settings):
    """Yield the kitchen's printer, which is the one of the settings."""
    with running_receipt_printer() as printer:
        settings.KITCHEN_PRINTER = printer.address
        yield printer


@pytest.fixture
def impatient(monkeypatch):
    """Make the shop wait shortly for a printer that will not answer."""
    for limit in ("CONNECT_SECONDS", "STATUS_SECONDS", "WRITE_SECONDS", "PRINT_SECONDS"):
        monkeypatch.setattr(printer_module, limit, 0.2)
