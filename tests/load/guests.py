"""
`python -m tests.load.guests PORT GUESTS SECONDS`: guests who order one after another, from some threads at once.

It imports nothing of the shop, so that it costs little CPU. It prints "ready", waits for a line, and then prints the
times of each order as JSON.
"""

import gzip
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPConnection
from itertools import count
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlencode

from tests.load.production import ORIGIN, PROXY_HEADERS

PIZZA = "/menu/margherita/"
FORM = {"item": "margherita", "size": "medium", "quantity": "1", "add": ["olives", "basil"]}
CONTACT = {"name": "Anna Bianchi", "email": "anna@example.com", "method": "pickup"}
HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
TIMEOUT = 60  # seconds for an answer
KEEP_ALIVE = 1  # seconds; the shop closes connections without requests after two

type StepHook = Callable[[str], None]  # called after each step, with its name


class Browser(Protocol):
    def get(self, path: str) -> str:
        """Return a page."""

    def post(self, path: str, form: Mapping[str, object]) -> str:
        """Return the address to which a form's answer redirects."""


def order_pizza(browser: Browser, *, phone: str, on_step: StepHook | None = None) -> None:
    """Order a pizza, from its page to that of the order."""
    note = on_step or (lambda _step: None)
    page = browser.get(PIZZA)
    note("pizza page")
    browser.post("/basket/add/", {**FORM, **hidden_fields(page)})
    note("add")
    page = browser.get("/checkout/")
    note("checkout")
    link = browser.post("/checkout/", {**CONTACT, "phone": phone, **hidden_fields(page)})
    note("submit")
    browser.get(link)
    note("order page")


def hidden_fields(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def phone_number(number: int) -> str:
    """Return a telephone number of Rome, another one for each number."""
    return f"+3906{10_000_000 + number % 80_000_000}"


class HttpBrowser:
    """A browser without a cache; `forget` makes it another guest's, over the same connection."""

    def __init__(self, port: int, cookies: Mapping[str, str] = MappingProxyType({})) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._headers = {**PROXY_HEADERS, "Host": "localhost", "Accept-Encoding": "gzip"}
        self._cookies = dict(cookies)
        self._used_at = 0.0

    def forget(self) -> None:
        self._cookies.clear()

    def get(self, path: str) -> str:
        status, page, _location = self._request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return page

    def post(self, path: str, form: Mapping[str, object]) -> str:
        status, page, location = self._request("POST", path, urlencode(form, doseq=True))
        if status != 302:
            raise RuntimeError(f"POST {path}: {status} {_text(page)}")
        return location

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        headers = dict(self._headers)
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
        if time.monotonic() > self._used_at + KEEP_ALIVE:
            self._connection.close()  # the request opens it again
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        self._used_at = time.monotonic()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return response.status, content.decode(), response.headers.get("Location", "")


def _text(page: str) -> str:
    """Return the words of a page's main part, to say what went wrong."""
    main = page.partition("<main")[2] or page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))[:400]


def main(port: int, guests: int, seconds: float, offset: int) -> None:
    times: list[dict[str, float]] = []
    numbers = count(offset)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()

    def order_until_over() -> None:
        browser = HttpBrowser(port)
        while time.monotonic() < began + seconds:
            browser.forget()
            steps, since = dict[str, float](), [time.monotonic()]

            def note(step: str) -> None:
                now = time.monotonic()
                steps[step] = now - since[0]  # noqa: B023 - called within the turn
                since[0] = now  # noqa: B023 - the same

            order_pizza(browser, phone=phone_number(next(numbers)), on_step=note)
            times.append(steps)

    with ThreadPoolExecutor(guests) as threads:
        for future in [threads.submit(order_until_over) for _ in range(guests)]:
            future.result()
    print(json.dumps({"seconds": time.monotonic() - began, "times": times}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
