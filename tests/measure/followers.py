"""
Screens that follow streams, without a browser: as many connections as the shop has boards and trackers.

    python -m tests.measure.followers PORT < paths and cookies, a line each

Prints "ready" once every stream has sent its first message. A line that begins with `board` is a board, which fetches
the page after each new version, as its script does; `tracker` only reads. Runs in a process of its own, until killed.
"""

import asyncio
import contextlib
import json
import sys

READ_AT_MOST = 65536


async def follow(port, kind, path, cookie, opened):
    """Read a stream until it ends; for a board, fetch the page after each version that is newer than the one fetched."""
    reader, writer = await _request(port, path, cookie)
    newest, fetching = 0, None
    try:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            opened.add(id(writer))
            version = json.loads(line[6:])["version"] or 0
            is_fetching = fetching is not None and not fetching.done()
            if kind == "board" and version > newest > 0 and not is_fetching:
                fetching = asyncio.create_task(_fetch(port, "/kitchen/", cookie))
            newest = max(newest, version)
    finally:
        writer.close()


async def _request(port, path, cookie):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHX-Request: true\r\nConnection: close\r\n"
    writer.write((head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode())
    return reader, writer


async def _fetch(port, path, cookie):
    reader, writer = await _request(port, path, cookie)
    with contextlib.suppress(ConnectionError):
        while await reader.read(READ_AT_MOST):
            pass
    writer.close()


async def main(port, screens):
    opened = set()
    for number, (kind, path, cookie) in enumerate(screens, start=1):
        asyncio.ensure_future(follow(port, kind, path, cookie, opened))
        while number - len(opened) > 20:  # at most as many requests at once
            await asyncio.sleep(0.01)
    while len(opened) < len(screens):
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin]
    asyncio.run(main(int(sys.argv[1]), lines))
