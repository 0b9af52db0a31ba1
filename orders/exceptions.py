from pizzeria.foundation.refusals import Refusal


class OrderStateConflict(Refusal):
    """Refusal of a step that the order's state does not allow: another actor was first, or the page is out of date."""

    code = "order_state_conflict"


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
