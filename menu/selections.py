"""
Choices: what somebody asks for, by slugs, before anybody has looked whether it is to be had.

Kept as JSON in a basket's lines. A pizza is made of one or two parts (halves); one is what can be chosen today.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_ADDED = 10
MAX_QUANTITY = 20


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PizzaPart(_Frozen):
    pizza: str
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class PizzaSelection(_Frozen):
    kind: Literal["pizza"] = "pizza"
    size: str
    parts: tuple[PizzaPart, ...] = Field(min_length=1, max_length=2)


class SimpleItemSelection(_Frozen):
    kind: Literal["simple_item"] = "simple_item"
    simple_item: str


type Selection = Annotated[PizzaSelection | SimpleItemSelection, Field(discriminator="kind")]

SELECTION_ADAPTER: TypeAdapter[PizzaSelection | SimpleItemSelection] = TypeAdapter(Selection)
