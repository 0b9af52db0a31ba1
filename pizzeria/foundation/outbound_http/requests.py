"""
Requests to URLs that other people choose, such as webhooks: none of them reaches what only this machine can reach.

This guards against server-side request forgery. A host name is resolved once, every address that it has is checked, and
the connection is made to a checked address, with the name for SNI, for the certificate and for `Host`: a resolver that
answers differently the next time changes nothing. No redirect is followed, no proxy of the environment is used, and a
request ends after five seconds, however slowly its answer arrives.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from pizzeria.foundation.outbound_http import deadline
from pizzeria.foundation.outbound_http.deadline import Deadline, RequestFailed
from pizzeria.foundation.outbound_http.destinations import Address, Endpoint, parse_url, resolve

CONNECT_TIMEOUT = 2.0  # seconds, for each address of the host
MAX_BODY = MAX_ANSWER = 64 * 1024  # bytes

# By OpenSSL's X509_V_ERR codes; its own texts may name the host.
UNKNOWN_AUTHORITY = "it was issued by an unknown authority"
CERTIFICATE_ERRORS = {
    9: "its time has not begun",
    10: "it has expired",
    18: "it is self-signed",
    19: UNKNOWN_AUTHORITY,
    20: UNKNOWN_AUTHORITY,
    21: UNKNOWN_AUTHORITY,
    62: "it is for another host",
    64: "it is for another address",
}


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """
    Post a body to a URL; return the status of the answer, whatever it is. The body of the answer is not read.

    :raises DestinationRefused: the shop does not call this URL, or does not any more
    :raises RequestFailed: the body is too large, or there was no answer within five seconds
    """
    if len(body) > MAX_BODY:
        raise RequestFailed("The body is larger than 64 kB.")
    endpoint, limit = parse_url(url), Deadline(deadline.TIME_LIMIT)
    addresses = resolve(endpoint, limit)
    try:
        with _connected(endpoint, addresses, limit) as stream:
            connection = _Connection(endpoint.host, endpoint.port)
            connection.sock = stream
            sent = {"Host": endpoint.authority, "Connection": "close", **headers}
            connection.request("POST", endpoint.target, body=body, headers=sent)
            status: int = connection.getresponse().status
    except (OSError, HTTPException) as error:
        limit.remaining()
        raise RequestFailed(_reason(error)) from error
    limit.remaining()  # headers that were cut off are no answer
    return status


@contextmanager
def _connected(endpoint: Endpoint, addresses: list[Address], limit: Deadline) -> Iterator[socket.socket]:
    """Connect to one of the addresses, by TLS unless the URL is one of plain http; shut down when the time is over."""
    with _connect(addresses, endpoint.port, limit) as sock, _cut_off(sock, limit):
        sock.settimeout(limit.remaining())
        if endpoint.scheme == "http":
            yield sock
            return
        with ssl.create_default_context().wrap_socket(sock, server_hostname=endpoint.host) as stream:
            yield stream


def _connect(addresses: list[Address], port: int, limit: Deadline) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        timeout = min(CONNECT_TIMEOUT, limit.remaining())
        try:
            return socket.create_connection((str(address), port), timeout=timeout)
        except OSError as error:
            failure = error
    raise RequestFailed("The host of the URL accepts no connection.") from failure


@contextmanager
def _cut_off(sock: socket.socket, limit: Deadline) -> Iterator[None]:
    """
    Shut a connection down when the time is over.

    A timeout of the socket begins anew with each byte, so a receiver that sends one now and then would never reach it.
    """
    handle = sock.dup()  # TLS takes the socket over

    def shut_down() -> None:
        with suppress(OSError):  # closed already
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(limit.remaining(), shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _reason(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            reason = CERTIFICATE_ERRORS.get(error.verify_code, f"error {error.verify_code} of OpenSSL")
            return f"The certificate is not valid: {reason}."
        case _AnswerTooLarge():
            return "The headers of the answer are larger than 64 kB."
        case HTTPException():
            return f"The answer cannot be read: {type(error).__name__}."
    return f"The connection failed: {type(error).__name__}."


class _AnswerTooLarge(HTTPException):
    pass


class _LimitedReader:
    """The stream from which status and headers are read: up to a limit, which http.client has for single lines only."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._left = MAX_ANSWER

    def readline(self, size: int) -> bytes:
        line: bytes = self._stream.readline(min(size, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise _AnswerTooLarge
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _LimitedResponse(HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp: Any = _LimitedReader(self.fp)


class _Connection(HTTPConnection):
    response_class = _LimitedResponse
