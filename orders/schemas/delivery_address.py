"""The address of a delivery as programs send it: in parts, or in one line."""

import re
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from orders import services
from orders.forms import CheckoutForm
from orders.schemas.optional_fields import NullableRequestBody
from pizzeria.foundation.api.schemas import cleaned_by

FIELDS = CheckoutForm.base_fields

_ADDRESS_LINE = re.compile(r"(?P<street>.+?)\s*,\s*(?P<zip_code>(?=\S*\d)[\w-]+(?: \d[\w]*)?)\s+(?P<city>\D+)")


class DeliveryAddress(NullableRequestBody):
    street: Annotated[str, Field(min_length=1, examples=["Via Appia 7"]), cleaned_by(FIELDS["street"])]
    city: Annotated[str, Field(min_length=1, examples=["Roma"]), cleaned_by(FIELDS["city"])]
    zip_code: Annotated[str, Field(examples=["00183"]), cleaned_by(FIELDS["postal_code"])] = ""
    directions: Annotated[str, Field(description="How to find the door"), cleaned_by(FIELDS["directions"])] = ""

    @field_validator("street", "city")
    @classmethod
    def _is_visible(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            message = services.REQUIRED_FOR_DELIVERY[str(info.field_name)]
            raise PydanticCustomError("required", "{message}", {"message": str(message)})
        return value


def address_in(line: str) -> DeliveryAddress:
    """
    Return the address that is written in one line.

    :raises PydanticCustomError: it is not written like that, or a part of it is not valid
    """
    parts = _ADDRESS_LINE.fullmatch(line)
    if parts is None:
        message = _("Please write it like this: Via Appia 7, 00183 Roma.")
        raise PydanticCustomError("address", "{message}", {"message": message})
    try:
        return DeliveryAddress(**parts.groupdict())
    except ValidationError as invalid:
        message = " ".join(error["msg"] for error in invalid.errors(include_input=False, include_context=False))
        raise PydanticCustomError("address", "{message}", {"message": message}) from invalid


def is_address_line(line: str) -> str:
    address_in(line)
    return line
