"""A proxy before the shop that loses answers to orders: the first one, and then one that the shop does not get."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.waiting import TIMEOUT

OF_ONE_CONNECTION = {"connection", "content-encoding", "content-length", "transfer-encoding"}


class LossyProxy:
    """
    The proxy, and what it has seen.

    :ivar keys: idempotency keys of the requests that placed an order
    :ivar statuses: of the answers about one order
    """

    def __init__(self, address):
        self._address = address
        self.keys, self.statuses = [], []

    def answer(self, method, path, headers, body):
        """Return status, headers and body of the answer; None if it is lost."""
        if (method, path) == ("POST", "/api/orders"):
            self.keys.append(headers["Idempotency-Key"])
            if len(self.keys) == 2:
                return 503, {"Retry-After": "1"}, b""
        response = requests.request(
            method, self._address + path, headers=headers, data=body, timeout=TIMEOUT, allow_redirects=False
        )
        if path.startswith("/api/orders/") and method == "GET":
            self.statuses.append(response.status_code)
        if len(self.keys) == 1 and path == "/api/orders":
            return None
        kept = {name: value for name, value in response.headers.items() if name.lower() not in OF_ONE_CONNECTION}
        return response.status_code, kept, response.content


@contextmanager
def losing_answers(address):
    """Run the proxy before a shop until the block ends; yield it, with its own address as `.url`."""

    class RequestHandler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer()

        def do_POST(self):
            self._answer()

        def _answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = proxy.answer(self.command, self.path, dict(self.headers), body)
            if answer is None:
                return
            status, headers, content = answer
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            pass

    proxy = LossyProxy(address)
    with ThreadingHTTPServer(("127.0.0.1", 0), RequestHandler) as server:
        proxy.url = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
