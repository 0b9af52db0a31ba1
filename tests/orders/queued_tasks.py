"""Tasks that wait in a queue of the broker, of which no worker takes any."""

import json
from base64 import b64decode


def messages_in(broker, queue):
    """Yield the headers and the positional arguments of each message in a queue, oldest first."""
    for raw in reversed(broker.lrange(queue, 0, -1)):
        message = json.loads(raw)
        arguments, _keywords, _embedded = json.loads(b64decode(message["body"]))
        yield message["headers"], arguments
