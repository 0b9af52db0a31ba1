"""What the API says of whoever calls it."""

from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

from pizzeria.foundation.callers import ANY_TOKEN, caller_of
from pizzeria.foundation.scopes import Scope

router = Router(tags=["users"])


class Me(Schema):
    name: str
    kind: Literal["person", "service"]
    roles: list[str]
    scopes: list[Scope]


@router.get("/me", auth=ANY_TOKEN, response=Me, summary="Who a token is")
def me(request: HttpRequest) -> Me:
    """Tell whom a token was given to, what they are here, and the scopes that it is good for."""
    caller = caller_of(request)
    return Me(
        name=caller.name,
        kind=caller.kind.value,
        roles=list(caller.roles),
        scopes=[scope for scope in Scope if scope in caller.scopes],
    )
