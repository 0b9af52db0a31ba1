from pizzeria.foundation.refusals import Refusal


class OrderMoved(Refusal):
    """The order is elsewhere by now: somebody else was first, or this screen is behind."""

    code = "order_moved"
