"""The HTTP server: a thread for each connection, which stays open between requests."""

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

from pizzeria.devtools.stripe_server.api import Api
from pizzeria.devtools.stripe_server.driver_requests import DriverRequests
from pizzeria.devtools.stripe_server.http_messages import Answer, Request
from pizzeria.devtools.stripe_server.pages import Pages

MAX_BODY = 1_000_000  # bytes


class Server(ThreadingHTTPServer):
    daemon_threads = True  # a connection that a fault keeps open does not keep the process alive
    request_queue_size = 64


class RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # send the headers and the body together

    def __init__(self, *arguments: Any, api: Api, pages: Pages, driver: DriverRequests) -> None:
        self._api, self._pages, self._driver = api, pages, driver
        super().__init__(*arguments)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client has closed the connection
            super().handle()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._deliver(self._answer(Request("GET", address.path, address.query, self.headers)))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            self._deliver(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length else HTTPStatus.LENGTH_REQUIRED))
            return
        body = self.rfile.read(int(length)).decode("latin-1")  # percent-encoded; anything else fails when it is parsed
        self._deliver(self._answer(Request("POST", urlsplit(self.path).path, body, self.headers)))

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing: a traceback would be hard to find between a line for each request."""

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/v1/"):
            return self._api.answer(request)
        if request.path.startswith("/driver/"):
            return self._driver.answer(request)
        return self._pages.answer(request)

    def _deliver(self, answer: Answer) -> None:
        match answer.delivery:
            case "never":
                self.rfile.read(1)  # until the client gives up
                self.close_connection = True
            case "dropped":
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(SHUT_RDWR)
            case "sent":
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)


def listen(port: int, *, api: Api, pages: Pages, driver: DriverRequests) -> Server:
    """Return a server that listens on a port of loopback; it answers once `serve_forever` is called."""
    return Server(("127.0.0.1", port), partial(RequestHandler, api=api, pages=pages, driver=driver))
