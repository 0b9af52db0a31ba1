"""
Keycloak for the shop: its installation, the shop's realm in it, and the `make` commands for it.

The server process itself, with any realm, is `pizzeria/devtools/servers/keycloak.py`.
"""
