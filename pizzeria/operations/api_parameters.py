"""Unknown query parameters are invalid: a misspelt filter must not return everything."""

import inspect
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Self

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.params.models import QueryModel
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError


def refuse_unknown_parameters(api: NinjaAPI) -> None:
    """Make every endpoint of an API refuse query parameters that it does not document, together with invalid ones."""
    api.add_decorator(_checked, mode="view")


def _checked[R: Callable[..., Any]](run: R) -> R:
    """Add the check to the operation's parameters, so that it comes after authentication; `run` stays as it is."""
    operation: Operation = inspect.unwrap(run).__self__
    operation.models = [*operation.models, _no_other_than(_query_parameters(operation))]
    return run


def _query_parameters(operation: Operation) -> set[str]:
    models = (model for model in operation.models if issubclass(model, QueryModel))
    return {name for model in models for name in model.__ninja_flatten_map__}


def _no_other_than(known: Collection[str]) -> type[QueryModel]:
    """Return a model without fields, which is invalid for other query parameters than the known ones."""

    class KnownParameters(QueryModel):
        __ninja_param_source__ = "query"  # type: ignore[assignment]  # as ninja itself sets it
        __ninja_flatten_map__: ClassVar[dict[str, Any]] = {}
        __ninja_flatten_map_reverse__: ClassVar[dict[Any, Any]] = {}

        @classmethod
        def resolve(cls, request: HttpRequest, *_args: Any) -> Self:
            error = PydanticCustomError("unknown", "{reason}", {"reason": _("There is no such parameter.")})
            unknown = [InitErrorDetails(type=error, loc=(name,), input=None) for name in request.GET.keys() - known]
            if unknown:
                raise ValidationError.from_exception_data("query", sorted(unknown, key=lambda each: each["loc"]))
            return cls()

    return KnownParameters
