"""
An unbuffered reverse proxy, as in front of a real shop: `/stream/` is served by one process, the rest by another.

    python -m tests.live.reverse_proxy PORT PAGE_PORT STREAM_PORT SCHEME
"""

import asyncio
import sys
from contextlib import suppress

BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def serve(port, page_port, stream_port, scheme):
    async def forward(reader, writer):
        """Forward one request and its answer; the browser opens another connection for the next."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            try:
                upstream_reader, upstream_writer = await asyncio.open_connection(
                    "127.0.0.1", stream_port if path.startswith(b"/stream/") else page_port
                )
            except OSError:
                writer.write(BAD_GATEWAY)
                writer.close()
            else:
                upstream_writer.write(_with_proxy_headers(head, scheme))
                await asyncio.gather(_copy(reader, upstream_writer), _copy(upstream_reader, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    await server.serve_forever()


def _with_proxy_headers(head, scheme):
    request, *headers = head.split(b"\r\n")
    kept = [header for header in headers if not header.lower().startswith(b"connection:")]
    return b"\r\n".join([request, b"X-Forwarded-Proto: " + scheme.encode(), b"Connection: close", *kept])


async def _copy(source, sink):
    """Copy until either end closes its connection, then close the sink."""
    with suppress(ConnectionError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4]), sys.argv[4]))
