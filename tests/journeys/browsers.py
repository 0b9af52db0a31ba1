"""Browsers for people, and what the shop's pages complain of in their consoles."""

from contextlib import ExitStack, contextmanager

from tests.waiting import LIMIT

# What htmx writes when a press replaces a poll that is under way. A request that failed says `htmx:sendError`, too.
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
PATIENCE = 1000 * LIMIT  # milliseconds in which a page shows what a test waits for, however loaded the machine is


@contextmanager
def contexts(browser, address, **usual):
    """Yield a function that opens a page in a browser context of its own; close all contexts after the block."""
    with ExitStack() as opened:

        def opens(**options):
            context = browser.new_context(base_url=address, reduced_motion="reduce", **usual, **options)
            opened.enter_context(context)
            context.set_default_timeout(PATIENCE)
            return context.new_page()

        yield opens


@contextmanager
def browsers(browser, address, *, refusals=("422",), **usual):
    """
    Give people browsers of their own until the block ends: `page = arrives()`. No page of the shop may complain.

    :param refusals: the answers that belong to the journey; Chromium writes every 4xx and 5xx down as an error
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
