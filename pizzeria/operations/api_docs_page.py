"""
The page `/api/docs`, which shows the OpenAPI document and lets people try the endpoints, with a token.

Swagger UI, which ninja ships, gets the token from the sign-in server (authorization code flow with PKCE, by a public
client) and keeps it in memory only. Without a sign-in server, people paste a token.
"""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from pizzeria.users.keycloak import provider


class ApiDocsPage(DocsBase):
    """The page of an API's documentation."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        swagger = {
            "url": self.get_openapi_url(api, kwargs),
            "oauth2RedirectUrl": urljoin(settings.SHOP_ORIGIN, reverse("api_docs_signed_in")),
            "layout": "BaseLayout",
            "deepLinking": True,
            "persistAuthorization": False,
        }
        sign_in = {"clientId": client_id(), "usePkceWithAuthorizationCodeGrant": True} if client_id() else None
        context = {"title": api.title, "configuration": {"swagger": swagger, "sign_in": sign_in}}
        return csp_override(_policy())(render)(request, "api/docs.html", context)


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Return the page to which the sign-in server redirects, which passes its query on to the documentation."""
    return render(request, "api/signed_in.html")


def client_id() -> str:
    """Return the client by which people sign in on the page; blank if they paste a token."""
    return str(settings.OIDC_API_DOCS_CLIENT_ID) if provider.is_configured() else ""


def _policy() -> dict[str, list[str]]:
    """Return the content security policy of the page: alone among all pages it may call the sign-in server."""
    token_endpoint = [settings.OIDC_OP_TOKEN_ENDPOINT] if client_id() else []
    return {**settings.SECURE_CSP, "connect-src": [*settings.SECURE_CSP["connect-src"], *token_endpoint]}
