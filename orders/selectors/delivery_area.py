"""The delivery area: what a delivery to a postal code costs, or that the shop does not deliver there."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from orders.basket_pricing import DeliveryTerms
from orders.models import DeliveryPostalCode, DeliveryZone, normalize_postal_code
from pizzeria.foundation.money import ZERO, format_amount


@dataclass(frozen=True, slots=True)
class DeliveryOffer:
    """
    What a guest is told of the delivery to a postal code.

    :param postal_code: as typed; blank: none yet
    :param has_zones: whether the shop has a delivery area at all; without one it delivers everywhere
    :param terms: None: the shop does not deliver there, or no postal code was typed
    :param missing: what the lines lack of the zone's minimum
    :param fee: for these lines
    """

    postal_code: str
    has_zones: bool
    terms: DeliveryTerms | None
    missing: Decimal = ZERO
    fee: Decimal = ZERO

    @property
    def is_outside(self) -> bool:
        """Return whether the shop does not deliver to the typed postal code."""
        return bool(self.postal_code) and self.terms is None


def delivery_terms(postal_code: str) -> DeliveryTerms | None:
    """
    Return the terms of a delivery to a postal code; None if the shop does not deliver there. At most two queries.

    A shop without an active zone delivers everywhere, for nothing.

    :param postal_code: as typed; blank: unknown
    """
    if code := normalize_postal_code(postal_code):
        codes = DeliveryPostalCode.objects.select_related("zone")
        found = codes.filter(code=code, zone__is_active=True).first()
        if found:
            return _terms_of(found.zone)
    return None if has_zones() else DeliveryTerms()


def has_zones() -> bool:
    """Return whether the shop delivers only into its zones. One query."""
    return DeliveryZone.objects.filter(is_active=True).exists()


def delivery_offer(postal_code: str, *, lines_total: Decimal) -> DeliveryOffer:
    """
    Return what a guest is told of a delivery of some lines. At most two queries.

    :param postal_code: as typed; blank: none yet
    """
    terms = delivery_terms(postal_code)
    if terms is None or not terms.zone:
        return DeliveryOffer(postal_code, has_zones=terms is None, terms=terms)
    return DeliveryOffer(
        postal_code,
        has_zones=True,
        terms=terms,
        missing=max(ZERO, terms.minimum - lines_total),
        fee=terms.fee_for(lines_total),
    )


def outside_message(postal_code: str) -> str:
    """Return the sentence for a guest to whom the shop does not deliver, or whose postal code is missing."""
    if not postal_code:
        return _("Please tell us your postal code, so that we know whether we deliver there.")
    return _("We do not deliver to %(postal_code)s. You can pick it up instead.") % {"postal_code": postal_code}


def minimum_message(terms: DeliveryTerms) -> str:
    """Return the sentence for a guest whose order is too small to be delivered."""
    return _("We deliver to %(zone)s from %(minimum)s of food and drinks on.") % {
        "zone": terms.name,
        "minimum": format_amount(terms.minimum),
    }


def _terms_of(zone: DeliveryZone) -> DeliveryTerms:
    return DeliveryTerms(
        zone=zone.slug,
        name=zone.name,
        fee=zone.fee,
        minimum=zone.minimum,
        free_from=zone.free_from,
        driving_minutes=zone.driving_minutes,
    )
