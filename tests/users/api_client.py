"""Calls of the API by a client."""


def call(client, token=None, address="/api/me", method="get", **more):
    """Call the API with an access token, or without one."""
    bearer = {"headers": {"Authorization": f"Bearer {token}"}} if token is not None else {}
    return getattr(client, method)(address, **bearer, **more)


def assert_refused(response, status=401, code="invalid_token"):
    """Assert that the response is a problem with this status and code; return its `WWW-Authenticate` header."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json"), (
        response.content
    )
    assert response.json()["code"] == code
    return response.headers.get("WWW-Authenticate", "")
