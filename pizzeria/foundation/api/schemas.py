"""
Bases and types of the API's schemas.

Text and amounts are cleaned by the same form fields as on the pages, so that both accept the same and say the same.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from pizzeria.foundation import clock
from pizzeria.foundation.ends import TOO_FAR_MESSAGE, is_too_far
from pizzeria.foundation.money import ZERO, AmountFormField, rounded


class RequestBody(BaseModel):
    """A JSON object that a client sends. Unknown fields are invalid."""

    model_config = ConfigDict(extra="forbid")


def with_example(**fields: Any) -> ConfigDict:
    """Return the configuration of a body with one whole example that is valid in the demo's shop."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class ResponseBody(BaseModel):
    """A JSON object of an answer; made of a read model's attributes, or by hand."""

    model_config = ConfigDict(from_attributes=True)


class _CleanedBy:
    """Validation and documentation of a value by a form field, in `Annotated`."""

    def __init__(self, field: forms.Field, then: Callable[[Any], Any]) -> None:
        self._field, self._then = field, then

    def _clean(self, value: object) -> Any:
        try:
            return self._then(self._field.clean(value))
        except ValidationError as invalid:
            raise PydanticCustomError("invalid", "{reason}", {"reason": " ".join(invalid.messages)}) from invalid

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        innermost: dict[str, Any] = cast("dict[str, Any]", schema)
        while "schema" in innermost:
            innermost = innermost["schema"]
        limits = _limits_of(self._field)
        if innermost["type"] == "str" and "maxLength" in limits:  # before it is cleaned, as the document has it
            innermost["max_length"] = limits["maxLength"]
        return no_info_after_validator_function(self._clean, schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shown = handler(schema)
        limits = _limits_of(self._field)
        for branch in (shown, *shown.get("anyOf", [])):
            for keyword in KEYWORDS.get(branch.get("type", ""), set()) & limits.keys():
                branch.setdefault(keyword, limits[keyword])
        return shown


# Of JSON Schema, by the types that they are about.
KEYWORDS = {
    "string": {"minLength", "maxLength"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "exclusiveMaximum"},
}


def _limits_of(field: forms.Field) -> dict[str, Any]:
    """Return the limits of a form field as JSON Schema has them. Those of a text are of it as it is sent."""
    match field:
        case forms.DecimalField(max_digits=int(digits), decimal_places=int(places)):
            limits = {"minimum": field.min_value, "exclusiveMaximum": 10 ** (digits - places)}
        case forms.IntegerField():
            limits = {"minimum": field.min_value, "maximum": field.max_value}
        case forms.CharField():
            limits = {"minLength": 1 if field.required else None, "maxLength": field.max_length}
        case _:
            limits = {}
    return {name: int(limit) for name, limit in limits.items() if limit is not None}


def cleaned_by(field: forms.Field, *, then: Callable[[Any], Any] = lambda value: value) -> _CleanedBy:
    """
    Return the validator of a value that a form field cleans. Its limits are in the document.

    :param field: its limits and its error messages apply
    :param then: converts the cleaned value
    """
    return _CleanedBy(field, then)


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


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC: of other zones, the database knows only those within sixteen hours of it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as out_of_range:
        raise PydanticCustomError("out_of_range", "{reason}", {"reason": _("There is no such time.")}) from out_of_range


def _not_too_far(until: datetime) -> datetime:
    if is_too_far(until, at=clock.now()):
        raise PydanticCustomError("invalid", "{reason}", {"reason": str(TOO_FAR_MESSAGE)})
    return until


# A moment that a client sends, in UTC.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]

# Until when something lasts, in UTC. The command refuses one that has passed.
Until = Annotated[
    Moment,
    AfterValidator(_not_too_far),
    Field(description="With its zone, in the future, at most a year ahead", examples=["2026-11-20T21:00:00Z"]),
]


class InvalidField(ResponseBody):
    """An invalid field of a request."""

    field: str = Field(description="Path of the field, or name of the parameter", examples=["pizzas.0.size"])
    detail: str = Field(description="What is wrong with it, for people", examples=["There is no such size."])


class Problem(ResponseBody):
    """An error answer (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="Name of the status")
    status: int = Field(description="HTTP status")
    code: str = Field(description="Stable code, for programs to compare with")
    detail: str = Field(description="What is wrong, for people")
    errors: list[InvalidField] = Field(default=[], description="All invalid fields of the request")
