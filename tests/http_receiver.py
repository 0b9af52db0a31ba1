"""A receiver of requests on loopback, by TLS or plain http; and a resolver whose answers a test decides."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "hooks.example"  # resolved by the tests alone


@dataclass(frozen=True)
class Received:
    """A request; `server_name` is the name that the client sent by SNI."""

    path: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None


class Receiver:
    """
    A running receiver.

    :ivar answer: the status of its answers, or a function that writes one by a handler
    """

    def __init__(self, server, *, scheme):
        self.scheme = scheme
        self.port = server.server_address[1]
        self.requests: list[Received] = []
        self.server_names: list[str | None] = []
        self.connections = 0
        self.answer: int | Callable[[BaseHTTPRequestHandler], None] = 204

    def url(self, host=NAME, path="/hook?shop=1"):
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextmanager
def receiving(certificate=None, *, address="127.0.0.1"):
    """Run a receiver, by TLS if it has a certificate: a PEM file with the key in it."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self):
            receiver.connections += 1
            super().setup()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = receiver.server_names[-1] if receiver.server_names else None
            receiver.requests.append(Received(self.path, dict(self.headers), body, name))
            if callable(receiver.answer):
                receiver.answer(self)
                return
            self.send_response(receiver.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments):
            pass  # clients that hang up

    with Server((address, 0), Handler) as server:
        receiver = Receiver(server, scheme="https" if certificate else "http")
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            context.sni_callback = lambda _socket, name, _context: receiver.server_names.append(name)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def make_certificate(file, *hosts):
    """Write a PEM file with a self-signed certificate for hosts, which is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
    begin, end = now - timedelta(days=1), now + timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, end)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Return the file of a certificate of NAME and 127.0.0.1, the only one that this process trusts."""
    file = make_certificate(tmp_path / "receiver.pem", NAME, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@pytest.fixture
def https_receiver(certificate):
    """Return a receiver by TLS."""
    with receiving(certificate) as receiver:
        yield receiver


@pytest.fixture
def resolver(monkeypatch):
    """Return the resolver of this process, at which the test says what it answers."""
    return FakeResolver(monkeypatch)


@pytest.fixture
def release():
    """Return an event that is set at the end of the test, for what waits in it."""
    event = threading.Event()
    yield event
    event.set()


def _general_name(host):
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class FakeResolver:
    """The resolver of this process; of names below .example it knows those that a test gives."""

    def __init__(self, monkeypatch):
        self._real = socket.getaddrinfo
        self._answers = {}
        self.asked = []
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)

    def answer(self, name, *answers):
        """Answer each look-up of a name with the next list of addresses, and further ones with the last."""
        self._answers[name] = list(answers)

    def _getaddrinfo(self, host, port, *args, **kwargs):
        if host not in self._answers:
            if str(host).endswith(".example"):
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return self._real(host, port, *args, **kwargs)
        self.asked.append(host)
        answers = self._answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port) if family is socket.AF_INET else (address, port, 0, 0))
            for family, address in zip(families, addresses, strict=True)
        ]
