from orders.models.basket import Basket, BasketLine
from orders.models.contact import OrderContact
from orders.models.coupon import Coupon, CouponKind, CouponUse, normalize_coupon_code
from orders.models.delivery_zone import DeliveryPostalCode, DeliveryZone, normalize_postal_code
from orders.models.order import (
    CARD_METHODS,
    DELIVERY_FAILURE_REASONS,
    OPEN_STATUSES,
    CancelReason,
    Order,
    OrderAdjustment,
    OrderLine,
    OrderLinePart,
    OrderStatus,
    PaymentFailure,
    PaymentMethod,
    PaymentStatus,
    RefundReason,
)
from orders.models.phone_proof import PhoneProof
from orders.models.price_check_run import PriceCheckRun

__all__ = [
    "CARD_METHODS",
    "DELIVERY_FAILURE_REASONS",
    "OPEN_STATUSES",
    "Basket",
    "BasketLine",
    "CancelReason",
    "Coupon",
    "CouponKind",
    "CouponUse",
    "DeliveryPostalCode",
    "DeliveryZone",
    "Order",
    "OrderAdjustment",
    "OrderContact",
    "OrderLine",
    "OrderLinePart",
    "OrderStatus",
    "PaymentFailure",
    "PaymentMethod",
    "PaymentStatus",
    "PhoneProof",
    "PriceCheckRun",
    "RefundReason",
    "normalize_coupon_code",
    "normalize_postal_code",
]
