"""How many bytes a first visit transfers: a page, and everything that it loads."""

import re
from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urljoin

from tests.load.production import PROXY_HEADERS

HEADERS = {**PROXY_HEADERS, "Host": "localhost", "Accept-Encoding": "gzip, deflate, br"}
SOURCES = re.compile(r'<(?:img|script|source)\b[^>]*?\bsrc="([^"]+)"')
LINKS = re.compile(r"<link\b[^>]*>")
LOADED_LINK = re.compile(r'\brel="(?:stylesheet|icon|preload|modulepreload|manifest)"')
HREF = re.compile(r'\bhref="([^"]+)"')
CSS_URLS = re.compile(r"""(?:url\(|@import )["']?([^"')]+)["']?""")


def first_visit(port: int, path: str) -> Mapping[str, int]:
    """Return the bytes of each file by its address, as they are transferred: compressed, with their headers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    sizes: dict[str, int] = {}
    waiting = [path]
    while waiting:
        address = waiting.pop()
        if address in sizes:
            continue
        sizes[address], _content = _fetch(connection, address, HEADERS)
        if address == path or address.endswith(".css"):
            plain = _fetch(connection, address, {**PROXY_HEADERS, "Host": "localhost"})[1].decode()
            found = css_files(plain) if address.endswith(".css") else page_files(plain)
            waiting += [urljoin(address, each) for each in found if not each.startswith(("data:", "#"))]
    return sizes


def page_files(html: str) -> list[str]:
    """Return the addresses of what a page loads with it: pictures, scripts, style sheets, icons."""
    links = [HREF.search(link) for link in LINKS.findall(html) if LOADED_LINK.search(link)]
    return [*SOURCES.findall(html), *(link[1] for link in links if link)]


def css_files(css: str) -> list[str]:
    return CSS_URLS.findall(css)


def _fetch(connection: HTTPConnection, address: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise RuntimeError(f"GET {address}: {response.status}")
    return len(content) + len(str(response.headers)), content
