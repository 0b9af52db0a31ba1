"""System check of a deployment: the printer is in a private network."""

from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning

from kitchen.printing.printer import configured_printer
from pizzeria.foundation import hosts


@register(Tags.security, deploy=True)
def check_printer_is_private(**_: Any) -> list[CheckMessage]:
    """Return a warning if the address of the printer is none of a private network."""
    printer = configured_printer()
    if printer is None or hosts.is_private(printer.host):
        return []
    return [
        CheckWarning(
            "KITCHEN_PRINTER is no address of a private network.",
            hint="Receipt printers know neither encryption nor passwords: whoever reaches one can print on it, and "
            "whoever is in between reads the tickets, allergies included.",
            id="printing.W001",
        )
    ]
