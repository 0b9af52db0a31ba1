"""
An unbuffered reverse proxy, as in front of a real shop: `/stream/` is served by one process, the rest by another.

    python -m tests.live.reverse_proxy PORT PAGES STREAMS SCHEME
"""

import asyncio
import sys
from contextlib import suppress

NOBODY_THERE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def stand(port, pages, streams, scheme):
    async def carry(reader, writer):
        """Forward one request and its answer; the browser opens another connection for the next."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            try:
                answer, there = await asyncio.open_connection(
                    "127.0.0.1", streams if path.startswith(b"/stream/") else pages
                )
            except OSError:
                writer.write(NOBODY_THERE)
                writer.close()
            else:
                there.write(_on_our_behalf(head, scheme))
                await asyncio.gather(_flow(reader, there), _flow(answer, writer))

    server = await asyncio.start_server(carry, "127.0.0.1", port)
    await server.serve_forever()


def _on_our_behalf(head, scheme):
    request, *headers = head.split(b"\r\n")
    kept = [header for header in headers if not header.lower().startswith(b"connection:")]
    return b"\r\n".join([request, b"X-Forwarded-Proto: " + scheme.encode(), b"Connection: close", *kept])


async def _flow(source, sink):
    """Copy until either end closes its connection, then close the sink."""
    with suppress(ConnectionError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


if __name__ == "__main__":
    asyncio.run(stand(*map(int, sys.argv[1:4]), sys.argv[4]))
