"""
An SMS provider that accepts what apprise posts for `json://…/sms/<number>`, and form posts such as Twilio's.

It rejects as Twilio does: the body holds the HTTP status and a longer error code.
"""

import json
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pizzeria.devtools.message_sinks.faults import Faults
from pizzeria.devtools.message_sinks.store import Message, MessageStore


class SmsHandler(BaseHTTPRequestHandler):
    def __init__(self, *arguments: Any, store: MessageStore, faults: Faults) -> None:
        self.store, self.faults = store, faults
        super().__init__(*arguments)

    def do_POST(self) -> None:
        message = self._message()
        fault = self.faults.fault_at("SMS")
        match fault:
            case int(number):
                return self._answer(number)
            case "hang":
                _hang()
        if self.faults.refuses(message.to):
            return self._answer(HTTPStatus.BAD_REQUEST)
        self.store.add(message)
        match fault:
            case "silence":
                _hang()
            case "drop":
                return None
        return self._answer(HTTPStatus.CREATED, sid=message.id)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing: a line would contain the phone number."""

    def _message(self) -> Message:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if "json" in self.headers.get_content_type():
            to = unquote(urlsplit(self.path).path.rpartition("/")[2])
            return Message(kind="sms", to=to, text=json.loads(body)["message"])
        form = dict(parse_qsl(body))
        return Message(kind="sms", to=form["To"], text=form["Body"])

    def _answer(self, status: int, **more: str) -> None:
        body = json.dumps({"status": status, "code": 20_000 + status, **more}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Location", self.path)  # a client that follows a redirect posts here a second time
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(store: MessageStore, faults: Faults) -> ThreadingHTTPServer:
    """Start the provider on a free port, in threads of its own, and return its server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SmsHandler, store=store, faults=faults))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _hang() -> None:
    threading.Event().wait()
