"""Authentication by access token: the API principal of a request, and the actor as which it acts."""

from django.conf import settings
from django.http import HttpRequest

from pizzeria.foundation.actor import SYSTEM, Actor, ActorKind
from pizzeria.foundation.api_auth import ApiPrincipal, PrincipalKind
from pizzeria.users import scopes
from pizzeria.users.claims import Claims, role_names, text
from pizzeria.users.keycloak import access_tokens
from pizzeria.users.keycloak.tokens import TokenInvalid, parse_time
from pizzeria.users.models import User
from pizzeria.users.roles import roles_by_name
from pizzeria.users.services.identities import create_user_from_claims, find_user
from pizzeria.users.session_auth import client_for_request


def principal_from_token(request: HttpRequest) -> ApiPrincipal:
    """
    Return the API principal of the request's access token. One query, once the user exists.

    The roles are those of the token and apply to this request only; the user's groups, set by signing in and session
    revalidation, are not changed.

    :raises TokenInvalid: the token is missing or invalid, or its user is deactivated
    :raises ProviderUnavailable: the provider cannot be asked for its keys at the moment
    """
    claims = access_tokens.verify_access_token(request.headers.get("Authorization", ""))
    roles = roles_by_name(role_names(claims, client_id=settings.OIDC_RP_CLIENT_ID))
    effective = scopes.effective_scopes(roles, scopes.requested_scopes(claims))
    kind = _principal_kind(claims)
    user = _find_or_create_user(claims, kind)
    if not user.is_active:
        raise TokenInvalid("the user is deactivated")
    permissions = scopes.permissions(roles, effective)
    actor = Actor(ActorKind.PERSON, user.pk, permissions, parse_time(claims, "auth_time"))
    return ApiPrincipal(
        actor=actor.with_client(client_for_request(request)),
        name=str(user),
        kind=kind,
        roles=tuple(role.name for role in roles),
        scopes=effective,
    )


def _find_or_create_user(claims: Claims, kind: PrincipalKind) -> User:
    issuer, subject = claims["iss"], claims["sub"]
    if user := find_user(issuer, subject):
        return user
    about = {"given_name": _client_id(claims)} if kind is PrincipalKind.SERVICE else claims
    return create_user_from_claims(issuer=issuer, subject=subject, claims=about, by=SYSTEM)


def _principal_kind(claims: Claims) -> PrincipalKind:
    """
    Return whether a person or a service calls.

    It never decides what the caller may do; only for whom an order is: a service orders for guests without an account.
    """
    is_program = _client_id(claims) and text(claims, "preferred_username") == f"service-account-{_client_id(claims)}"
    return PrincipalKind.SERVICE if is_program else PrincipalKind.PERSON


def _client_id(claims: Claims) -> str:
    return text(claims, "azp", longest=100)
