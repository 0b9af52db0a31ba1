"""
The API principal: who calls the API with a token. It is built by the middleware like the actor, and contains one.

An endpoint declares the scope that it requires; the scope is checked before the endpoint's parameters are parsed:

    @router.post("/tickets/{ref}/start", auth=requires_scope(Scope.KITCHEN_MANAGE))
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.scopes import Scope


class PrincipalKind(StrEnum):
    PERSON = "person"  # through a program that acts for the person
    SERVICE = "service"  # a program that acts for itself


@dataclass(frozen=True, slots=True)
class ApiPrincipal:
    """
    The principal of an API request.

    :param roles: their names in the roles table
    :param scopes: the effective scopes
    """

    actor: Actor
    name: str
    kind: PrincipalKind
    roles: tuple[str, ...]
    scopes: frozenset[Scope]

    def has(self, scope: Scope) -> bool:
        """Return whether the principal has a scope; the admin scope includes every other."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class InsufficientScope(Exception):
    """The principal has none of the scopes that the endpoint requires."""

    def __init__(self, wanted: tuple[Scope, ...]) -> None:
        super().__init__(" ".join(wanted))
        self.wanted = wanted


def principal_for_request(request: HttpRequest) -> ApiPrincipal:
    """
    Return the principal of an API request.

    The middleware sets it lazily, so its errors about an invalid token are raised here, on first access.

    :raises AttributeError: the middleware is not installed; no default is assumed
    """
    return cast("ApiPrincipal", request.principal)  # type: ignore[attr-defined]


class BearerToken(HttpAuthBase):
    """
    Bearer token authentication: requires any one of some scopes, or only a valid token if there are none.

    :param is_public: requests without a token are answered too
    """

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's name

    def __init__(self, *any_of: Scope, is_public: bool = False) -> None:
        super().__init__()
        self.any_of = any_of
        self.is_public = is_public

    def __call__(self, request: HttpRequest) -> ApiPrincipal | Literal[True]:
        """
        Return the principal; True for a request without a token to a public endpoint.

        :raises InsufficientScope: the principal has none of the scopes
        """
        if self.is_public and "Authorization" not in request.headers:
            return True
        principal = principal_for_request(request)
        if self.any_of and not any(principal.has(scope) for scope in self.any_of):
            raise InsufficientScope(self.any_of)
        return principal


def requires_scope(*any_of: Scope) -> BearerToken:
    """Return the authentication of an endpoint that requires one of these scopes."""
    if not any_of:
        raise TypeError("requires_scope() needs a scope; use ANY_TOKEN for none")
    return BearerToken(*any_of)


def public_with_scope(scope: Scope) -> BearerToken:
    """Return the authentication of an endpoint that everyone may call; a token that is sent must have the scope."""
    return BearerToken(scope, is_public=True)


ANY_TOKEN = BearerToken()
