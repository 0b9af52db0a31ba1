"""
Waiting for the results of another process, thread or browser.

A value that something asynchronous sets is never read once: a test waits for it, up to a limit that no machine in
working order reaches, however loaded it is. In a page, use Playwright's `expect` instead.
"""

import time

TIMEOUT = 90  # seconds
INTERVAL = 0.05  # seconds


def until(condition, *, seconds=TIMEOUT, describe=None, page=None):
    """
    Wait until a condition holds, and return its value.

    :param condition: called again and again; holds when it returns something true
    :param describe: called for the message of the failure
    :param page: a Playwright page, when the condition is set by its events: they arrive only while Playwright waits
    :raises AssertionError: it did not hold in time
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not so after {seconds} s: {describe() if describe else condition}"
        _pause(page)
    return value


def throughout(seconds, condition, *, describe=None, page=None):
    """
    Assert that a condition holds for a period, from its beginning to its end.

    For what must not happen; the period follows from the test's subject, such as two intervals of a poll.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), describe() if describe else condition
        _pause(page)
    assert condition(), describe() if describe else condition


def _pause(page):
    if page is None:
        time.sleep(INTERVAL)
    else:
        page.wait_for_timeout(1000 * INTERVAL)
