"""
Screens that follow streams, without a browser: as many connections as the shop has boards and trackers.

    python -m tests.measure.followers PAGE_PORT STREAM_PORT < paths and cookies, a line each

Prints "ready" once every stream has sent its first message. A line that begins with `board` is a board, which fetches
the page after each new version, as its script does; `tracker` only reads. Runs in a process of its own, until killed.
"""

import asyncio
import contextlib
import json
import sys
from functools import partial

AT_ONCE = 20  # streams that are being opened
READ_AT_MOST = 65536
REFRESH = ("HX-Request: true", "HX-Trigger: board")  # as htmx sends them


async def follow(port, path, cookie, *, refresh, on_open):
    """
    Read a stream until it ends.

    :param refresh: called after each version that is newer than the last one, unless it is still running
    """
    reader, writer = await _request(port, path, cookie)
    newest, refreshing = 0, None
    try:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            on_open()
            version = json.loads(line[6:])["version"] or 0
            is_refreshing = refreshing is not None and not refreshing.done()
            if version > newest > 0 and not is_refreshing:
                refreshing = asyncio.create_task(refresh())
            newest = max(newest, version)
    finally:
        writer.close()


async def _request(port, path, cookie):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *REFRESH]
    if cookie:
        headers.append(f"Cookie: {cookie}")
    writer.write(("\r\n".join(headers) + "\r\n\r\n").encode())
    return reader, writer


async def _refresh_board(port, cookie):
    reader, writer = await _request(port, "/kitchen/", cookie)
    with contextlib.suppress(ConnectionError):
        while await reader.read(READ_AT_MOST):
            pass
    writer.close()


async def _no_refresh():
    """A tracker only reads."""


async def main(pages, streams, screens):
    at_once = asyncio.Semaphore(AT_ONCE)

    async def open_and_follow(kind, path, cookie, is_open):
        await at_once.acquire()

        def on_open():
            if not is_open.is_set():
                at_once.release()
                is_open.set()

        refresh = partial(_refresh_board, pages, cookie) if kind == "board" else _no_refresh
        await follow(streams, path, cookie, refresh=refresh, on_open=on_open)

    opened = [asyncio.Event() for _ in screens]
    tasks = [asyncio.create_task(open_and_follow(*screen, each)) for screen, each in zip(screens, opened, strict=True)]
    for each in opened:
        await each.wait()
    print("ready", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin]
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), lines))
