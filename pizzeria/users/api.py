"""API endpoint that describes the calling principal."""

from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

from pizzeria.foundation.api_auth import ANY_TOKEN, principal_for_request
from pizzeria.foundation.scopes import Scope

router = Router(tags=["users"])


class Me(Schema):
    name: str
    kind: Literal["person", "service"]
    roles: list[str]
    scopes: list[Scope]


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
