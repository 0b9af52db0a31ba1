from pizzeria.foundation.refusals import Refusal


class NoPrinter(Refusal):
    """The kitchen has no printer of its own: the page for the browser's print dialog is left."""

    code = "no_printer"


class NotToBeCookedYet(Refusal):
    """The ticket is not paid yet, or for later."""

    code = "not_to_be_cooked_yet"
