"""Browser contexts for the people of a test, and the errors that the shop's pages log to their consoles."""

from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Error

from tests.length import by_length
from tests.waiting import TIMEOUT

# For browser tests of what JavaScript adds, and of forms that a view test sends without it.
WITH_JAVASCRIPT = pytest.mark.parametrize("scripted", [True], ids=["with a script"], indirect=True)

# For long journeys whose steps without JavaScript are those of shorter tests; such a test is marked `long`.
WITHOUT_JAVASCRIPT_IN_LONG_RUNS = pytest.mark.parametrize(
    "scripted",
    by_length([True], long=[True, False]),
    ids=lambda scripted: "with a script" if scripted else "without a script",
    indirect=True,
)

# What htmx logs when a button press replaces a poll. For a request that failed it also logs `htmx:sendError`.
ABORTED_REQUEST_MESSAGES = ("htmx:sendAbort", "htmx:afterRequest")
PAGE_TIMEOUT_MS = 1000 * TIMEOUT  # milliseconds to wait for a page, more than it takes on a loaded machine


def navigated_again_if_interrupted(page):
    """
    Return a page whose `goto` navigates again if the page has just begun to refresh itself.

    Without JavaScript some pages refresh themselves every 10 or 20 seconds; that interrupts a navigation.
    """
    navigate = page.goto

    def goto(url, **options):
        try:
            return navigate(url, **options)
        except Error as error:
            if "is interrupted by another navigation" not in error.message:
                raise
        return navigate(url, **options)  # the next refresh is far away

    page.goto = goto
    return page


# A page gives up a request after five or eight seconds, which one may take on a loaded machine. The listener runs after
# the page's own.
PATIENT_REQUESTS = f"""
    window.addEventListener("htmx:configRequest", ({{ detail }}) => (detail.timeout = {PAGE_TIMEOUT_MS}));
    AbortSignal.timeout = ((timeout) => () => timeout.call(AbortSignal, {PAGE_TIMEOUT_MS}))(AbortSignal.timeout);
"""


@contextmanager
def browser_contexts(browser, address, *, is_patient=True, service_workers="block", **context_options):
    """
    Yield a function that opens a page in a browser context of its own; close all contexts after the block.

    :param service_workers: "allow" the board to keep a copy of itself; `page.route` does not see what a worker requests
    :param is_patient: let a page wait for an answer for as long as a loaded machine may take
    """
    with ExitStack() as exit_stack:

        def open_page(**options):
            context = browser.new_context(
                base_url=address,
                reduced_motion="reduce",
                service_workers=service_workers,
                **context_options,
                **options,
            )
            exit_stack.enter_context(context)
            context.set_default_timeout(PAGE_TIMEOUT_MS)
            if is_patient:
                context.add_init_script(PATIENT_REQUESTS)
            return navigated_again_if_interrupted(context.new_page())

        yield open_page


@contextmanager
def checked_pages(browser, address, *, expected_statuses=("422",), **context_options):
    """
    Yield a function that opens a page in a browser context of its own: `page = open_page()`.

    After the block, assert that no page of the shop has logged an error.

    :param expected_statuses: the status codes that the test expects; Chromium logs every 4xx and 5xx answer as an error
    """
    errors = []

    def record_error(message):
        is_expected = message.text.startswith(ABORTED_REQUEST_MESSAGES) or any(
            status in message.text for status in expected_statuses
        )
        if message.type == "error" and message.location["url"].startswith(address) and not is_expected:
            errors.append(f"{message.text} {message.location['url']}")

    with browser_contexts(browser, address, **context_options) as open_page:

        def open_checked_page(**options):
            page = open_page(**options)
            page.on("console", record_error)
            page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        yield open_checked_page
    assert errors == [], errors
