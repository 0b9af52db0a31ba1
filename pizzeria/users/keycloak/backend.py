"""Who comes back from the sign-in server: what the library's own backend would believe is looked at again here."""

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
    Signs in whoever comes back with a code. Permissions are Django's own: those of the groups.

    mozilla-django-oidc's backend accepts a token of any issuer for anybody, and knows people by their e-mail; of it
    only the views are used.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, nonce: str | None = None, code_verifier: str | None = None
    ) -> User | None:
        """
        Exchange the code for tokens, check them, and find or make the person; `request.oidc_login` is what they
        brought.

        :param nonce: as it was sent along; every sign-in has one
        :raises Denied, BadToken: nobody is signed in, nothing was made
        :raises OutOfReach: nobody can say at the moment
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
            by=SYSTEM,
        )
        request.oidc_login = OidcLogin(tokens, claims)  # type: ignore[attr-defined]
        return user
