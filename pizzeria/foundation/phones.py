"""Phone numbers that the shop calls and texts: none that costs extra, and none of a country it does not serve."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberType, number_type, region_code_for_number

# Personal numbers are forwarded at their owner's price: British 070 numbers are a common fraud.
EXPENSIVE_TYPES = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER}
# Codes of ITU-T E.164 that are no country's: satellite phones, networks, personal and disaster-relief numbers,
# international shared cost and premium rate.
EXPENSIVE_COUNTRY_CODES = {808, 870, 878, 881, 882, 883, 888, 979}


def refuse_extension(number: PhoneNumber) -> None:
    """
    Refuse a phone number with an extension: neither a link nor an SMS has one, so it would be lost.

    :raises ValidationError: it has one
    """
    if number and number.extension:
        raise ValidationError(_("A number without an extension, please: we cannot dial one."), code="extension")


def reason_not_to_call(number: PhoneNumber) -> str:
    """Return a sentence on why the shop calls and texts no such number; blank: it does."""
    if number.country_code in EXPENSIVE_COUNTRY_CODES or number_type(number) in EXPENSIVE_TYPES:
        return _("Calls to that number cost extra. Please give us another one.")
    regions = settings.SHOP_PHONE_REGIONS
    if regions and region_code_for_number(number) not in (settings.SHOP_COUNTRY, *regions):
        return _("We cannot call numbers of that country. Please give us another one.")
    return ""
