from pizzeria.foundation.refusals import Refusal


class OrderStateConflict(Refusal):
    """The order is elsewhere by now: somebody else was first, or this screen is behind."""

    code = "order_state_conflict"


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
