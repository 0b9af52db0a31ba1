"""
Who calls the API, by a token: built at the door like the actor, and holding one.

An endpoint says which scope opens it, and nobody without comes as far as its parameters:

    @router.post("/tickets/{ref}/start", auth=needs_scope(Scope.KITCHEN_MANAGE))
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.scopes import Scope


class PrincipalKind(StrEnum):
    PERSON = "person"  # by a program that acts for them
    SERVICE = "service"  # a program of its own


@dataclass(frozen=True, slots=True)
class ApiPrincipal:
    """
    :param roles: by their own names in the roles table
    :param scopes: the effective ones
    """

    actor: Actor
    name: str
    kind: PrincipalKind
    roles: tuple[str, ...]
    scopes: frozenset[Scope]

    def has(self, scope: Scope) -> bool:
        """Tell whether what a scope opens is open to this caller: everything is to one with the admin's."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class InsufficientScope(Exception):
    """Whoever calls has none of the scopes that open an endpoint."""

    def __init__(self, wanted: tuple[Scope, ...]) -> None:
        super().__init__(" ".join(wanted))
        self.wanted = wanted


def principal_for_request(request: HttpRequest) -> ApiPrincipal:
    """
    Tell who calls. The door put it there; without it this fails rather than guesses.

    What the door raises of a token that is worth nothing is raised here, when it is first asked.
    """
    return cast("ApiPrincipal", request.principal)  # type: ignore[attr-defined]


class BearerToken(HttpAuthBase):
    """Lets callers in who have any of some scopes; everybody with a good token, where there are none."""

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's name

    def __init__(self, *any_of: Scope) -> None:
        super().__init__()
        self.any_of = any_of

    def __call__(self, request: HttpRequest) -> ApiPrincipal:
        """:raises InsufficientScope:"""
        principal = principal_for_request(request)
        if self.any_of and not any(principal.has(scope) for scope in self.any_of):
            raise InsufficientScope(self.any_of)
        return principal


def requires_scope(*any_of: Scope) -> BearerToken:
    """Open an endpoint to callers who have one of these scopes."""
    if not any_of:
        raise TypeError("a scope is needed, or none is: say which")
    return BearerToken(*any_of)


ANY_TOKEN = BearerToken()
