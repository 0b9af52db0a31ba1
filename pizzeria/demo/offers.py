"""The demo's delivery zones and coupons. Amounts are in the currency's main unit, as in the demo's menu."""

from typing import NamedTuple


class ZoneRow(NamedTuple):
    slug: str
    name: str
    postal_codes: tuple[str, ...]
    fee: str
    minimum: str
    free_from: str
    driving_minutes: int


class CouponRow(NamedTuple):
    code: str
    kind: str
    value: str
    minimum: str
    max_uses_per_customer: int | None


DELIVERY_ZONES = (
    ZoneRow("trastevere", "Trastevere", ("00153", "00186"), "2.50", "12.00", "40.00", 15),
    ZoneRow("esquilino", "Esquilino", ("00184", "00185", "00182", "00183"), "3.50", "12.50", "50.00", 25),
)

COUPONS = (
    CouponRow("FIRST10", "fixed", "10.00", "20.00", 1),
    CouponRow("STUDENT15", "percent", "15", "0.00", None),
)
