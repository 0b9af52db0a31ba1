"""
Signing in by Keycloak: authorization code with PKCE, and asking again every few minutes whether somebody still may.

mozilla-django-oidc sends people there and takes them back (state, nonce, PKCE); what their tokens are worth, and who
they are, is decided here.
"""
