"""What managers read of an order at a glance: its number, promise and payment in a few words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders import presenters
from orders.models import Order, OrderStatus, PaymentStatus
from pizzeria.foundation import clock
from pizzeria.foundation.money import format_amount


def promise_text(order: Order) -> str:
    """Return the time that a placed order was promised for, with its day unless it is that of the order."""
    assert order.promise_from and order.promise_until and order.placed_at, "placed orders only"
    begins = clock.day_and_time(order.promise_from, at=order.placed_at)
    promised = f"{begins}–{clock.wall_clock(order.promise_until)}"
    wanted = presenters.wanted_text(order)
    return _("%(promise)s (wanted for %(time)s)") % {"promise": promised, "time": wanted} if wanted else promised


def lateness_text(order: Order, *, at: datetime) -> str:
    """Return by how much an open order is late; blank: it is not, or it is open no more."""
    assert order.promise_until, "placed orders only"
    minutes = int((at - order.promise_until).total_seconds() // 60)
    if not order.is_active or minutes < 1:
        return ""
    if minutes >= 120:  # noqa: PLR2004 - from two hours on, minutes say nothing any more
        return ngettext("late by %(count)d hour", "late by %(count)d hours", minutes // 60) % {"count": minutes // 60}
    return _("late by %(minutes)d min") % {"minutes": minutes}


def payment_text(order: Order) -> str:
    """Return what has become of an order's money, with the amount."""
    kept, refunded = format_amount(order.amount_kept), format_amount(order.refunded)
    match order.payment_status:
        case PaymentStatus.REFUNDING:
            return _("being refunded %(amount)s") % {"amount": format_amount(order.refund_requested - order.refunded)}
        case PaymentStatus.REFUNDED:
            return _("refunded %(amount)s") % {"amount": refunded}
        case PaymentStatus.PARTLY_REFUNDED:
            return _("paid %(kept)s, refunded %(refunded)s") % {"kept": kept, "refunded": refunded}
        case PaymentStatus.PAID:
            return _("paid %(amount)s") % {"amount": kept}
    if order.status == OrderStatus.CANCELLED or not order.amount_due:
        return _("nothing due")
    if order.payment_status == PaymentStatus.PENDING:
        return _("being paid, %(amount)s") % {"amount": format_amount(order.amount_due)}
    return _("due %(amount)s") % {"amount": format_amount(order.amount_due)}
