"""
Servers as child processes, for the demo and the tests: PostgreSQL, Redis, Keycloak and the message sinks.

PostgreSQL and Redis need no installation; no server is left running.
"""
