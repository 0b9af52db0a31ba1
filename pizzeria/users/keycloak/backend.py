"""The authentication backend for Keycloak, in place of the library's own, which verifies too little."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.tokens import claims_of_id_token
from pizzeria.users.keycloak.userinfo import OidcLogin, fetch_userinfo
from pizzeria.users.models import User
from pizzeria.users.services.identities import upsert_user_from_claims


class KeycloakBackend(ModelBackend):
    """
    Backend that signs in the user of an authorization code. Permissions are Django's own: those of the groups.

    mozilla-django-oidc's backend accepts tokens of any issuer for any audience, and identifies users by e-mail; only
    the views of that library are used.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, nonce: str | None = None, code_verifier: str | None = None
    ) -> User | None:
        """
        Exchange the code for tokens, verify them, and return the user, created if new; sets `request.oidc_login`.

        :param nonce: the nonce sent with the authorization request; every sign-in has one
        :raises ProviderRefused, TokenInvalid: the sign-in is refused; no user was created
        :raises ProviderUnavailable: the provider cannot be reached at the moment
        """
        if request is None or not nonce:
            return None
        tokens = provider.tokens_for_code(
            request.GET["code"], verifier=code_verifier, redirect_uri=request.build_absolute_uri(request.path)
        )
        claims = claims_of_id_token(tokens.id, nonce=nonce)
        userinfo = fetch_userinfo(tokens, subject=claims["sub"])
        user = upsert_user_from_claims(
            issuer=settings.OIDC_ISSUER,
            subject=claims["sub"],
            claims={**claims, **userinfo.claims},
            roles=userinfo.roles,
            issued_at=userinfo.issued_at,
            by=SYSTEM,
        )
        request.oidc_login = OidcLogin(tokens, claims)  # type: ignore[attr-defined]
        return user
