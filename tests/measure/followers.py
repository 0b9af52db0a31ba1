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

AT_ONCE = 20  # streams that are being opened
READ_AT_MOST = 65536


async def follow(port, kind, path, cookie, on_open):
    """Read a stream until it ends; for a board, fetch the page after each version that is newer than the last one."""
    reader, writer = await _request(port, path, cookie)
    newest, fetching = 0, None
    try:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            on_open()
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
    at_once = asyncio.Semaphore(AT_ONCE)

    async def open_and_follow(kind, path, cookie, is_open):
        await at_once.acquire()

        def on_open():
            if not is_open.is_set():
                at_once.release()
                is_open.set()

        await follow(port, kind, path, cookie, on_open)

    opened = [asyncio.Event() for _ in screens]
    tasks = [asyncio.create_task(open_and_follow(*screen, each)) for screen, each in zip(screens, opened, strict=True)]
    for each in opened:
        await each.wait()
    print("ready", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin]
    asyncio.run(main(int(sys.argv[1]), lines))
