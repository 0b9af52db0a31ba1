"""
Signing in by Keycloak: authorization code flow with PKCE, and session revalidation every few minutes.

mozilla-django-oidc makes the authorization request and handles the callback (state, nonce, PKCE); the tokens are
verified, and the user is identified, here.
"""
