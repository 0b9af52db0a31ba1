"""Bodies in which `null` stands for an absent optional field, as programs send them that write out every field."""

from typing import Any

from pydantic import ConfigDict, model_validator

from pizzeria.foundation.api.schemas import RequestBody


def _document_nulls(schema: dict[str, Any]) -> None:
    """Add null to the types of the optional fields of an object's JSON schema."""
    for name, field in schema.get("properties", {}).items():
        if name in schema.get("required", ()):
            continue
        kind = {key: field.pop(key) for key in [*field] if key not in ("title", "description", "default", "examples")}
        kinds = kind.get("anyOf", [kind])
        field["anyOf"] = kinds if {"type": "null"} in kinds else [*kinds, {"type": "null"}]


def with_nulls_and_example(**fields: Any) -> ConfigDict:
    """Return the configuration of a `NullableRequestBody` with one whole example that is valid in the demo's shop."""

    def document(schema: dict[str, Any]) -> None:
        _document_nulls(schema)
        schema["examples"] = [fields]

    return ConfigDict(json_schema_extra=document)


class NullableRequestBody(RequestBody):
    """A body in which `null` stands for an absent optional field."""

    model_config = ConfigDict(json_schema_extra=_document_nulls)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in sent.items() if value is not None or name not in optional}
