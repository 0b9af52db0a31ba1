"""A program that calls the API."""


def call(client, token=None, address="/api/me", method="get", **more):
    """Call with a token, or without."""
    bearer = {"headers": {"Authorization": f"Bearer {token}"}} if token is not None else {}
    return getattr(client, method)(address, **bearer, **more)


def refused(answer, status=401, code="invalid_token"):
    """It got a problem, nothing else; give what the token lacks, as programs read it."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert answer.json()["code"] == code
    return answer.headers.get("WWW-Authenticate", "")
