"""
Servers as child processes, for the demo and the tests: PostgreSQL, Redis, Keycloak, the message sinks and the stand-in
for Stripe.

PostgreSQL and Redis need no installation; no server is left running.
"""
