"""
A small sign-in server whose answers a test can change: real HTTP on loopback, real RS256, Keycloak's paths and claims.

`tests/e2e/keycloak` tests sign-in with a real Keycloak.
"""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from mozilla_django_oidc.utils import generate_code_challenge

CLIENT = "pizzeria-web"
_KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _each in range(2)]


@dataclass
class Person:
    """A user of the realm; `claims` are added to the ID token."""

    subject: str = "ciro"
    roles: tuple[str, ...] = ()
    claims: dict = field(default_factory=dict)


@dataclass
class FakeOidcProvider:
    url: str
    key: rsa.RSAPrivateKey = _KEYS[0]
    kid: str = "one"
    codes: dict = field(default_factory=dict)  # code: (person, nonce, challenge)
    refresh_tokens: dict = field(default_factory=dict)  # token: person
    requests: list = field(default_factory=list)  # (verb and path, form parameters) of each request
    id_claims: dict = field(default_factory=dict)  # override: claims of the ID token
    access_claims: dict = field(default_factory=dict)
    userinfo: dict | None = None  # override: userinfo as a whole
    status: int = 200  # override: status of every answer
    clock_offset: float = 0.0  # override: seconds by which its clock is ahead of ours
    may_answer: threading.Event = field(default_factory=threading.Event)  # override: while it is cleared, requests wait

    @property
    def issuer(self):
        return f"{self.url}/realms/pizzeria"

    def rotate(self):
        self.key, self.kid = _KEYS[1], "two"

    def code_for(self, person, *, nonce, challenge):
        code = f"code-{len(self.codes)}"
        self.codes[code] = (person, nonce, challenge)
        return code

    def sign(self, claims, *, key=None, kid=None, algorithm="RS256", **header):
        return jwt.encode(claims, key or self.key, algorithm, {"kid": kid or self.kid, **header})

    def claims(self, person, **more):
        now = int(time.time() + self.clock_offset)
        return {"iss": self.issuer, "sub": person.subject, "iat": now, "exp": now + 300, **more}

    def access_token(self, person, **more):
        own_claims = {"typ": "Bearer", "azp": CLIENT, "aud": "account", "realm_access": {"roles": list(person.roles)}}
        return self.sign({**self.claims(person), **own_claims, **self.access_claims, **more})

    def id_token(self, person, **more):
        own_claims = {"typ": "ID", "aud": CLIENT, "azp": CLIENT, "sid": f"sid-of-{person.subject}"}
        when = {"auth_time": int(time.time())}
        return self.sign({**self.claims(person), **own_claims, **when, **person.claims, **more, **self.id_claims})

    def logout_token(self, person, **more):
        own_claims = {
            "typ": "Logout",
            "aud": CLIENT,
            "jti": str(time.monotonic_ns()),
            "sid": f"sid-of-{person.subject}",
        }
        event = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
        claims = {**self.claims(person), **own_claims, **event, **more}
        return self.sign({name: value for name, value in claims.items() if value is not None}, typ="logout+jwt")

    def tokens(self, person, nonce=None):
        refresh = f"refresh-{len(self.refresh_tokens)}"
        self.refresh_tokens[refresh] = person
        return {
            "access_token": self.access_token(person),
            "refresh_token": refresh,
            "id_token": self.id_token(person, **({"nonce": nonce} if nonce else {})),
        }

    def response(self, verb, path, parameters, bearer):
        """Return status and content of the answer to a request, as Keycloak would."""
        self.requests.append((f"{verb} {path}", parameters))
        self.may_answer.wait()
        if self.status != 200:
            return self.status, {}
        match path.rpartition("/")[2]:
            case "certs":
                return 200, {"keys": [{**RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": self.kid}]}
            case "userinfo" if self.userinfo is not None:
                return 200, self.userinfo
            case "userinfo":
                return 200, {"sub": jwt.decode(bearer, options={"verify_signature": False})["sub"]}
            case "token" if parameters["grant_type"] == "refresh_token":
                person = self.refresh_tokens.get(parameters["refresh_token"])
                return (200, self.tokens(person)) if person else (400, {"error": "invalid_grant"})
            case "token":
                person, nonce, challenge = self.codes.pop(parameters["code"], (None, None, None))
                if person is None or generate_code_challenge(parameters["code_verifier"], "S256") != challenge:
                    return 400, {"error": "invalid_grant"}
                return 200, self.tokens(person, nonce)
        return 404, {}


@contextmanager
def running():
    """Run a realm on a free port until the block ends."""

    class RequestHandler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer({})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, parameters):
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, content = realm.response(self.command, urlsplit(self.path).path, parameters, bearer)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), RequestHandler) as server:
        realm = FakeOidcProvider(f"http://127.0.0.1:{server.server_port}")
        realm.may_answer.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield realm
        finally:
            realm.may_answer.set()
            server.shutdown()
            thread.join()
