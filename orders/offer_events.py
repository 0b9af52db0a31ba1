"""Domain events of delivery zones and coupons. Their rows are changed directly; these record what managers changed."""

from orders.models import Coupon, DeliveryZone
from pizzeria.foundation.events.domain_events import DomainEvent

type Value = bool | int | str | list[str] | None
type Values = dict[str, Value]


class DeliveryZoneAdded(DomainEvent[DeliveryZone], type="delivery_zone.added.v1"):
    """
    A zone was added.

    :param values: what it has, by field, amounts as text; without its name, which is a free text
    """

    slug: str
    values: Values


class DeliveryZoneChanged(DomainEvent[DeliveryZone], type="delivery_zone.changed.v1"):
    """
    A zone was changed.

    :param fields: the names of the changed fields
    :param values: what it has now
    """

    fields: tuple[str, ...]
    values: Values


class DeliveryZoneDeleted(DomainEvent[DeliveryZone], type="delivery_zone.deleted.v1"):
    """A zone was deleted; its postal codes are free again."""

    slug: str


class CouponAdded(DomainEvent[Coupon], type="coupon.added.v1"):
    """
    A coupon was added.

    :param values: what it has, by field, amounts and times as text, the customer by ref
    """

    code: str
    values: Values


class CouponChanged(DomainEvent[Coupon], type="coupon.changed.v1"):
    """
    A coupon was changed.

    :param fields: the names of the changed fields
    :param values: what it has now
    """

    fields: tuple[str, ...]
    values: Values


class CouponDeleted(DomainEvent[Coupon], type="coupon.deleted.v1"):
    """A coupon that no order had used was deleted."""

    code: str
