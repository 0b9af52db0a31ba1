"""
Bases and types of the API's schemas.

Text and amounts are cleaned by the same form fields as on the pages, so that both accept the same and say the same.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from django import forms
from django.core.exceptions import ValidationError
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pizzeria.foundation import clock
from pizzeria.foundation.ends import TOO_FAR_MESSAGE, is_too_far
from pizzeria.foundation.money import ZERO, AmountFormField, rounded


class RequestBody(BaseModel):
    """A JSON object that a client sends. Unknown fields are invalid."""

    model_config = ConfigDict(extra="forbid")


class ResponseBody(BaseModel):
    """A JSON object of an answer; made of a read model's attributes, or by hand."""

    model_config = ConfigDict(from_attributes=True)


def cleaned_by(field: forms.Field, *, then: Callable[[Any], Any] = lambda value: value) -> AfterValidator:
    """
    Return the validator of a value that a form field cleans.

    :param field: its limits and its error messages apply
    :param then: converts the cleaned value
    """

    def clean(value: object) -> Any:
        try:
            return then(field.clean(value))
        except ValidationError as invalid:
            raise PydanticCustomError("invalid", "{reason}", {"reason": " ".join(invalid.messages)}) from invalid

    return AfterValidator(clean)


# An amount of an answer, in the shop's currency: a string, because JSON numbers have no exact decimals.
Amount = Annotated[
    Decimal, AfterValidator(rounded), Field(description="Amount in the shop's currency", examples=["12.99"])
]

# An amount that a client sends, zero or more: a string or a number, with no more decimals than the currency has.
AmountToPay = Annotated[
    Decimal,
    cleaned_by(AmountFormField(min_value=ZERO)),
    Field(description="Amount in the shop's currency", examples=["2.50"]),
]


def _ahead(until: datetime) -> datetime:
    try:
        moment = until.astimezone(UTC)
    except OverflowError:  # at an end of the calendar, elsewhere than in Greenwich
        moment = None
    if moment is None or is_too_far(moment, at=clock.now()):
        raise PydanticCustomError("invalid", "{reason}", {"reason": str(TOO_FAR_MESSAGE)})
    return moment


# Until when something lasts, in UTC. The command refuses one that has passed.
Until = Annotated[
    AwareDatetime,
    AfterValidator(_ahead),
    Field(description="With its zone, in the future, at most a year ahead", examples=["2026-11-20T21:00:00Z"]),
]


class InvalidField(ResponseBody):
    """An invalid field of a request."""

    field: str = Field(description="Path of the field, or name of the parameter", examples=["pizzas.0.size"])
    detail: str = Field(description="What is wrong with it, for people")


class Problem(ResponseBody):
    """An error answer (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="Name of the status", examples=["Conflict"])
    status: int = Field(description="HTTP status", examples=[409])
    code: str = Field(description="Stable code, for programs to compare with", examples=["kitchen_full"])
    detail: str = Field(description="What is wrong, for people")
    errors: list[InvalidField] = Field(default=[], description="All invalid fields of the request")
