"""Browser contexts for the people of a test, and the errors that the shop's pages log to their consoles."""

from contextlib import ExitStack, contextmanager

import pytest

from tests.waiting import TIMEOUT

# For browser tests of what JavaScript adds, and of forms that a view test sends without it.
WITH_A_SCRIPT = pytest.mark.parametrize("scripted", [True], ids=["with a script"], indirect=True)

# What htmx logs when a button press replaces a poll. For a request that failed it also logs `htmx:sendError`.
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
PAGE_TIMEOUT_MS = 1000 * TIMEOUT  # milliseconds to wait for a page, more than it takes on a loaded machine


@contextmanager
def contexts(browser, address, **usual):
    """Yield a function that opens a page in a browser context of its own; close all contexts after the block."""
    with ExitStack() as opened:

        def opens(**options):
            context = browser.new_context(base_url=address, reduced_motion="reduce", **usual, **options)
            opened.enter_context(context)
            context.set_default_timeout(PAGE_TIMEOUT_MS)
            return context.new_page()

        yield opens


@contextmanager
def browsers(browser, address, *, refusals=("422",), **usual):
    """
    Yield a function that opens a page in a browser context of its own: `page = arrives()`.

    After the block, assert that no page of the shop has logged an error.

    :param refusals: the status codes that the test expects; Chromium logs every 4xx and 5xx answer as an error
    """
    complaints = []

    def hear(said):
        is_expected = said.text.startswith(ABORTED) or any(status in said.text for status in refusals)
        if said.type == "error" and said.location["url"].startswith(address) and not is_expected:
            complaints.append(said.text)

    with contexts(browser, address, **usual) as opens:

        def arrives(**options):
            page = opens(**options)
            page.on("console", hear)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        yield arrives
    assert complaints == [], complaints
