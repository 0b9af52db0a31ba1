"""Requests to URLs that other people choose, against a receiver on loopback."""

import os
import socket
import threading
from contextlib import suppress
from ipaddress import ip_network

import pytest

from pizzeria.foundation.outbound_http import deadline
from pizzeria.foundation.outbound_http.deadline import RequestFailed
from pizzeria.foundation.outbound_http.destinations import DestinationRefused
from pizzeria.foundation.outbound_http.requests import MAX_BODY, post
from tests.http_receiver import NAME, receiving
from tests.message_sinks import ANSWER_TIMEOUT
from tests.waiting import TIMEOUT

OTHER = "127.0.0.2"


@pytest.fixture(autouse=True)
def _loopback_allowed(settings, resolver, monkeypatch):
    """Allow loopback, at which the host has its address, and wait long: the receiver answers, the machine is slow."""
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]
    resolver.answer(NAME, ["127.0.0.1"])
    monkeypatch.setattr(deadline, "TIME_LIMIT", ANSWER_TIMEOUT)


def send(url, body=b"{}", **headers):
    return post(url, body=body, headers=headers)


def test_a_request_reaches_the_address_of_the_host_with_its_name_for_tls_and_host(https_receiver, resolver):
    status = send(https_receiver.url(), b'{"a": 1}', **{"webhook-id": "7"})

    [request] = https_receiver.requests
    assert (status, request.path, request.body) == (204, "/hook?shop=1", b'{"a": 1}')
    assert (request.server_name, request.headers["Host"]) == (NAME, f"{NAME}:{https_receiver.port}")
    assert (request.headers["webhook-id"], request.headers["Connection"]) == ("7", "close")
    assert resolver.asked == [NAME]


def test_a_resolver_that_changes_its_mind_does_not_change_the_address(certificate, resolver):
    """The second answer would be asked for by a client that connects by name."""
    resolver.answer(NAME, ["127.0.0.1"], [OTHER])

    with receiving(certificate) as checked, receiving(certificate, address=OTHER) as rebound:
        assert send(checked.url()) == 204

    assert (checked.connections, rebound.connections) == (1, 0)


def test_a_host_that_has_moved_to_a_private_address_is_not_connected_to(settings, resolver, https_receiver):
    resolver.answer(NAME, ["127.0.0.1"], [OTHER])
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.1")]
    assert send(https_receiver.url()) == 204

    with pytest.raises(DestinationRefused):
        send(https_receiver.url())

    assert https_receiver.connections == 1


def test_the_next_address_is_tried_if_one_accepts_no_connection(https_receiver, resolver):
    resolver.answer(NAME, [OTHER, "127.0.0.1"])

    assert send(https_receiver.url()) == 204


def test_a_certificate_for_another_name_is_refused_before_anything_is_sent(https_receiver, resolver):
    resolver.answer("other.example", ["127.0.0.1"])

    with pytest.raises(RequestFailed) as failure:
        send(https_receiver.url("other.example"))

    assert str(failure.value) == "The certificate is not valid: it is for another host."

    assert https_receiver.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(https_receiver, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)

    with pytest.raises(RequestFailed, match=r"^The certificate is not valid: it [a-z -]+\.$"):
        send(https_receiver.url())

    assert https_receiver.requests == []


def test_a_certificate_for_the_address_is_enough_for_a_url_of_the_address(https_receiver):
    assert send(https_receiver.url("127.0.0.1")) == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(https_receiver, status):
    with receiving() as target:

        def redirect(handler):
            handler.send_response(status)
            handler.send_header("Location", target.url("127.0.0.1"))
            handler.end_headers()

        https_receiver.answer = redirect
        assert send(https_receiver.url()) == status

    assert target.connections == 0


def test_no_proxy_of_the_environment_is_used(https_receiver, monkeypatch):
    with receiving() as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(https_receiver.url()) == 204

    assert proxy.connections == 0


@pytest.fixture
def dripping(release):
    """Return a function that returns an answer of parts, which are written one after another."""

    def drip(parts):
        def answer(handler):
            handler.close_connection = True
            with suppress(OSError):  # the client has hung up
                for part in parts:
                    handler.wfile.write(part)
                    release.wait(0.05)

        return answer

    return drip


@pytest.fixture
def short_time_limit(monkeypatch):
    monkeypatch.setattr(deadline, "TIME_LIMIT", 1.0)


@pytest.fixture(params=["http", "https"])
def receiver(request, https_receiver):
    if request.param == "https":
        yield https_receiver
        return
    with receiving() as plain:
        yield plain


DRIPPING = {
    "status line": [b"HTTP/1.1 200 ", *[b"O"] * 400, b"K\r\n\r\n"],
    "headers": [b"HTTP/1.1 200 OK\r\nX-Long: ", *[b"x"] * 400, b"\r\n\r\n"],
    "provisional answers": [*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 400, b"HTTP/1.1 200 OK\r\n\r\n"],
}


@pytest.mark.usefixtures("short_time_limit")
@pytest.mark.parametrize("parts", DRIPPING.values(), ids=DRIPPING)
def test_an_answer_that_drips_ends_with_the_time_limit(receiver, dripping, parts):
    """Each answer would be complete, with the status 200, after twenty seconds."""
    receiver.answer = dripping(parts)

    with pytest.raises(RequestFailed, match="no complete answer"):
        send(receiver.url())


@pytest.mark.usefixtures("short_time_limit")
def test_a_receiver_that_accepts_and_says_nothing_ends_with_the_time_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        for scheme in ("http", "https"):
            with pytest.raises(RequestFailed, match="no complete answer"):
                send(f"{scheme}://{NAME}:{port}/")


def test_the_body_of_an_answer_is_not_waited_for(receiver, release):
    def answer(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        release.wait(TIMEOUT)

    receiver.answer = answer

    assert send(receiver.url()) == 200


def test_headers_that_are_too_large_are_no_answer(receiver, dripping):
    receiver.answer = dripping(
        [b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 900) for n in range(90))]
    )

    with pytest.raises(RequestFailed, match="larger than 64 kB"):
        send(receiver.url())


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 2xx OK\r\n\r\n"])
def test_what_is_not_http_is_no_answer(receiver, dripping, answer):
    receiver.answer = dripping([answer])

    with pytest.raises(RequestFailed, match="cannot be read"):
        send(receiver.url())


def test_a_body_that_is_too_large_is_not_sent(https_receiver):
    assert send(https_receiver.url(), b"x" * MAX_BODY) == 204

    with pytest.raises(RequestFailed, match="larger than 64 kB"):
        send(https_receiver.url(), b"x" * (MAX_BODY + 1))

    assert https_receiver.connections == 1


def test_a_host_that_accepts_no_connection_is_named_as_the_reason_without_its_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(RequestFailed, match=r"^The host of the URL accepts no connection\.$"):
        send(f"https://{NAME}:{port}/")


def test_a_request_leaves_no_thread_behind(https_receiver):
    before = {thread.name for thread in threading.enumerate()}

    send(https_receiver.url())

    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)], before
