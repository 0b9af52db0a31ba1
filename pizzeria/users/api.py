"""API endpoint that describes the calling principal."""

from typing import Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from pizzeria.foundation.api.schemas import ResponseBody
from pizzeria.foundation.api_auth import ANY_TOKEN, principal_for_request
from pizzeria.foundation.scopes import Scope

router = Router(tags=["users"])


class Me(ResponseBody):
    """The principal of a token: who calls."""

    name: str = Field(description="For people to read", examples=["Anna Bianchi"])
    kind: Literal["person", "service"] = Field(description="`service`: a program that acts for itself")
    roles: list[str] = Field(description="Names of roles in the shop", examples=[["manager"]])
    scopes: list[Scope] = Field(description="Those that the token has and the roles allow")


@router.get("/me", auth=ANY_TOKEN, response=Me, summary="The principal of the token")
def me(request: HttpRequest) -> Me:
    """Return the name, kind, roles and effective scopes of the token's principal."""
    principal = principal_for_request(request)
    return Me(
        name=principal.name,
        kind=principal.kind.value,
        roles=list(principal.roles),
        scopes=[scope for scope in Scope if scope in principal.scopes],
    )
