"""Calls of the API by a client."""


def call(client, token=None, address="/api/me", method="get", **more):
    """Call the API with an access token, or without one."""
    bearer = {"headers": {"Authorization": f"Bearer {token}"}} if token is not None else {}
    return getattr(client, method)(address, **bearer, **more)


def refused(answer, status=401, code="invalid_token"):
    """Assert that the answer is a problem with this status and code; return its `WWW-Authenticate` header."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert answer.json()["code"] == code
    return answer.headers.get("WWW-Authenticate", "")
