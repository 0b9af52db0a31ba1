"""The example configurations of nginx and Caddy, with the real programs: what a proxy must do for the shop."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import start_tied
from pizzeria.devtools.state_dir import ROOT
from tests.operations.proxied_app import STREAM
from tests.required_tools import CADDY, NGINX
from tests.waiting import TIMEOUT, until

HOST = "pizza.example"
EXAMPLES = ROOT / "pizzeria" / "operations" / "proxy"
THREADS = 2  # of the application
SLOW_CLIENTS = 4 * THREADS

NGINX_MAIN = """
daemon off;
{user}
worker_processes 1;
pid {home}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    gzip on;  # as Debian has it
    gzip_min_length 1;
    gzip_types *;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/site.conf;
}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a folder with a certificate for HOST."""
    folder = tmp_path_factory.mktemp("proxy")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@contextmanager
def running(command, port, *, home):
    """Run a server until the block ends."""
    with (home / f"{port}.log").open("ab") as log:
        process = start_tied(
            command,
            stop_signal=signal.SIGTERM,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/usr/sbin", "HOME": str(home), "XDG_DATA_HOME": str(home)},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: is_listening(port), describe=(home / f"{port}.log").read_text)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def application(home):
    """Run the application behind the proxies; yield its port."""
    port = free_port()
    options = f"--worker-class gthread --threads {THREADS} --no-control-socket --bind 127.0.0.1:{port}".split()
    command = [sys.executable, "-m", "gunicorn", "tests.operations.proxied_app:app", *options]
    with running(command, port, home=home):
        yield port


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, home, application):
    """Run a proxy with its example configuration, on free ports; yield its port."""
    port, plain = free_port(), free_port()
    with running(COMMANDS[request.param](home, application, port, plain), port, home=home):
        yield port


def nginx_command(home, application, port, plain):
    site = replaced(
        (EXAMPLES / "nginx.conf").read_text(),
        {
            "listen 443 ": f"listen 127.0.0.1:{port} ",
            "listen 80": f"listen 127.0.0.1:{plain}",
            "127.0.0.1:8000": f"127.0.0.1:{application}",
            "127.0.0.1:8001": f"127.0.0.1:{application}",
            f"/etc/letsencrypt/live/{HOST}": str(home),
            "/var/log/nginx/": f"{home}/",
        },
    )
    (home / "site.conf").write_text(site)
    (home / "nginx.conf").write_text(NGINX_MAIN.format(home=home, user="user root;" if is_root() else ""))
    return [NGINX, "-c", home / "nginx.conf", "-e", "stderr"]


def caddy_command(home, application, port, plain):
    ours = f"admin off\n\thttp_port {plain}\n\thttps_port {port}\n\tskip_install_trust\n\tservers {{"
    site = replaced(
        (EXAMPLES / "Caddyfile").read_text(),
        {
            "servers {": ours,
            f"\n{HOST} {{": f"\nhttps://{HOST}:{port} {{\n\ttls {home}/fullchain.pem {home}/privkey.pem",
            "127.0.0.1:8000": f"127.0.0.1:{application}",
            "127.0.0.1:8001": f"127.0.0.1:{application}",
        },
    )
    (home / "Caddyfile").write_text(site)
    return [CADDY, "run", "--config", home / "Caddyfile", "--adapter", "caddyfile"]


COMMANDS = {"nginx": nginx_command, "caddy": caddy_command}


def replaced(text, replacements):
    for old, new in replacements.items():
        assert old in text, f"the example has no {old!r}"
        text = text.replace(old, new)
    return text


def is_root():
    return os.getuid() == 0


@pytest.fixture
def connect():
    """Yield a function that connects to a port, by TLS as a browser that knows the certificate: `connect(port)`."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ExitStack() as exit_stack:

        def open_connection(port, *, host=HOST, tls=True, timeout=TIMEOUT):
            plain = exit_stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=timeout))
            return exit_stack.enter_context(context.wrap_socket(plain, server_hostname=host)) if tls else plain

        yield open_connection


def get(connection, path="/", *, host=HOST, **headers):
    """Send a request, and return the status and the body of the answer."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _blank, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def receive_until(text, connection):
    """Receive what arrives until it has a text in it; return it."""
    received = b""
    while text not in received:
        chunk = connection.recv(65536)
        assert chunk, f"the connection was closed after {received}"
        received += chunk
    return received


def send_slowly(connection, *, host=HOST):
    """Send the beginning of a form, and no more of it."""
    connection.sendall(f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\nname=".encode())


def test_a_proxy_passes_on_the_host_and_sets_scheme_and_address_whatever_the_client_sends(proxy, connect):
    lies = {"X_Forwarded_Proto": "http", "X_Forwarded_For": "203.0.113.9"}

    status, body = get(connect(proxy), **lies)

    headers = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])  # it may come in chunks
    assert status == 200
    assert headers["HTTP_HOST"] == HOST
    assert headers["HTTP_X_FORWARDED_PROTO"] == "https"
    assert headers["HTTP_X_FORWARDED_FOR"].split(", ")[-1] == "127.0.0.1"


def test_a_proxy_compresses_no_answer(proxy, connect):
    status, body = get(connect(proxy), Accept_Encoding="gzip")

    assert status == 200
    assert b"HTTP_HOST" in body


def test_slow_clients_behind_a_proxy_occupy_no_thread_of_the_shop(proxy, connect):
    for _client in range(SLOW_CLIENTS):
        send_slowly(connect(proxy))

    assert get(connect(proxy))[0] == 200


def test_control_slow_clients_without_a_proxy_occupy_every_thread(application, connect):
    for _client in range(SLOW_CLIENTS):
        send_slowly(connect(application, tls=False))

    with pytest.raises(TimeoutError):
        get(connect(application, tls=False, timeout=2))


@pytest.mark.parametrize(
    ("path", "megabytes", "is_refused"),
    [("/", 2, True), ("/admin/menu/pizza/1/change/", 6, False), ("/admin/menu/pizza/1/change/", 21, True)],
)
def test_a_proxy_refuses_a_body_of_more_than_one_megabyte_and_for_pictures_of_more_than_twenty(
    proxy, connect, path, megabytes, is_refused
):
    connection, size = connect(proxy), megabytes * 1_000_000
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n".encode())
    with suppress(OSError):  # it may answer and close the connection before it has read everything
        connection.sendall(b"x" * size)

    status = int(connection.recv(65536).split()[1])
    assert (status in (413, 502)) == is_refused  # Caddy 2.6 answers 502 if it buffers requests


def test_a_proxy_passes_on_a_stream_as_it_comes(proxy, connect):
    connection = connect(proxy)
    connection.sendall(f"GET /stream/board/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())

    assert STREAM[1] not in receive_until(STREAM[0], connection)

    get(connect(proxy), "/continue/")
    receive_until(STREAM[1], connection)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics?name[]=up", "/%6Detrics", "//metrics"])
def test_a_proxy_passes_on_no_request_for_metrics(proxy, connect, path):
    status, body = get(connect(proxy), path)

    assert status == 404
    assert b"HTTP_HOST" not in body


def test_a_proxy_answers_to_no_other_host_name(proxy, connect):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(connect(proxy, host="elsewhere.example"), host="elsewhere.example")


def test_a_request_for_another_host_name_does_not_reach_the_shop_by_a_connection_for_the_right_one(proxy, connect):
    connection = connect(proxy)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n")

    assert b"HTTP_HOST" not in b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_host_name_in_the_address_of_a_request_is_the_one_that_is_passed_on(proxy, connect):
    connection = connect(proxy)
    lines = [f"GET https://{HOST}/ HTTP/1.1", "Host: elsewhere.example", "Connection: close", "", ""]
    connection.sendall("\r\n".join(lines).encode())

    assert b"elsewhere" not in b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_log_of_a_proxy_contains_no_token_of_a_guests_link(proxy, request, home, tmp_path, connect):
    """Behind this one runs no shop, so that the request is an error, too: Caddy logs only these."""
    command = COMMANDS[request.node.callspec.params["proxy"]]
    for file in home.glob("*.pem"):
        shutil.copy(file, tmp_path)
    port = free_port()
    order, token = "/orders/0197c2a0-0000-7000-8000-000000000000", "a-token-of-any-length"
    link = f"{order}/{token}/cancel/?next={quote(f'{order}/{token}/', safe='')}"

    with running(command(tmp_path, free_port(), port, free_port()), port, home=tmp_path):
        page = f"https://{HOST}{order}/{token}/"
        status, _body = get(connect(port), link, Referer=page, **{"HX-Current-URL": page})

    logged = "".join(file.read_text() for file in tmp_path.glob("*.log"))
    assert status == 502
    assert f"{order}/.../cancel/" in logged
    assert token not in logged
