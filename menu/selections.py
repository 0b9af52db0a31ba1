"""
Selections: what a guest chose, by slugs, before it is checked whether that is available.

Stored as JSON in basket lines. A pizza is made of one or two parts (halves); today only one can be selected.
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
