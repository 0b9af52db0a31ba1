from pizzeria.foundation.refusals import Refusal


class TicketNotFound(Refusal):
    """Refusal because no kitchen has a ticket with this ref: pages answer 404."""

    code = "ticket_not_found"
    status = 404


class TooLateToUndo(Refusal):
    """The step cannot be undone any more: its time has passed, another step followed, or it was not the actor's."""

    code = "too_late_to_undo"
