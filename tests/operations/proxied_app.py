"""
What the tests put behind a proxy, as a WSGI application: it answers with the request's headers.

`/stream/…` sends a line, and another one when somebody has requested `/continue/`.
"""

import json
import threading

STREAM = [b"first\n", b"second\n"]
MAX_SECONDS = 60

_continued = threading.Event()


def app(environ, start_response):
    environ["wsgi.input"].read()
    if environ["PATH_INFO"].startswith("/stream/"):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return _stream()
    if environ["PATH_INFO"] == "/continue/":
        _continued.set()
    headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(headers).encode()]


def _stream():
    _continued.clear()
    yield STREAM[0]
    _continued.wait(MAX_SECONDS)
    yield STREAM[1]
