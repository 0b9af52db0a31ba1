"""A webhook endpoint that keeps what it gets."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

from tests.waiting import until


@dataclass
class WebhookReceiver:
    """
    The endpoint of a test.

    :param statuses: what it answers first, one status for each request; afterwards 200
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[bytes, str]] = field(default_factory=list)  # body and signature

    @classmethod
    @contextmanager
    def listening(cls):
        """Listen on a free port until the block ends; yield the endpoint."""
        receiver = cls()
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, receiver)) as http_server:
            receiver.url = f"http://127.0.0.1:{http_server.server_port}/payments/webhook/?from=stripe"
            thread = threading.Thread(target=http_server.serve_forever, args=(0.05,))
            thread.start()
            yield receiver
            http_server.shutdown()
            thread.join()

    def wait_for(self, number):
        """Wait for so many webhooks in all, and return the types of their events."""
        until(lambda: len(self.requests) >= number, describe=lambda: self.requests)
        return self.types

    @property
    def types(self):
        return [event.type for event in self.events]

    @property
    def events(self):
        return [stripe.Webhook.construct_event_without_verification(body) for body, _signature in self.requests]

    def verify(self, index, *secrets):
        """Verify the signature of a webhook by one of the secrets, as the SDK does; raise an error if it is wrong."""
        body, signature = self.requests[index]
        for secret in secrets:
            stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=300)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, receiver, *arguments):
        self.receiver = receiver
        super().__init__(*arguments)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.receiver.statuses.pop(0) if self.receiver.statuses else 200
        self.send_response(status)
        self.send_header("Location", self.receiver.url)  # a client that follows a redirect would come again
        self.send_header("Content-Length", "0")
        self.receiver.requests.append((body, self.headers["Stripe-Signature"]))
        self.end_headers()  # sends the answer

    def log_message(self, format, *arguments):
        """Log nothing."""
