"""Lists of e-mail addresses, as people type them into one field."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pizzeria.foundation.forms import ReachableEmailValidator

MAX_ADDRESSES = 10

_validate_address = ReachableEmailValidator(allowlist=[])


def addresses_in(typed: str) -> list[str]:
    """Return the addresses of a text, each once, in order; commas, semicolons and blanks separate them."""
    return list(dict.fromkeys(filter(None, re.split(r"[,;\s]+", typed))))


def refuse_invalid_addresses(typed: str) -> None:
    """
    Refuse a list with something that is no e-mail address, or with too many of them.

    :raises ValidationError: it is such a list
    """
    addresses = addresses_in(typed)
    for address in addresses:
        try:
            _validate_address(address)
        except ValidationError as invalid:
            raise ValidationError(
                _("“%(address)s” does not look like an e-mail address."), params={"address": address}
            ) from invalid
    if len(addresses) > MAX_ADDRESSES:
        raise ValidationError(_("%(limit)d addresses at most, please."), params={"limit": MAX_ADDRESSES})
