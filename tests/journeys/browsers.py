"""Browsers for people, and what the shop's pages complain of in their consoles."""

from contextlib import contextmanager


@contextmanager
def browsers(browser, address, *, refusals=("422",), **usual):
    """
    Give people browsers of their own until the block ends: `page = arrives()`. No page of the shop may complain.

    :param refusals: the answers that belong to the journey; Chromium writes every 4xx and 5xx down as an error
    """
    contexts, complaints = [], []

    def hear(said):
        is_refusal = any(status in said.text for status in refusals)
        if said.type == "error" and said.location["url"].startswith(address) and not is_refusal:
            complaints.append(said.text)

    def arrives(**options):
        context = browser.new_context(base_url=address, reduced_motion="reduce", **usual, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield arrives
    for context in contexts:
        context.close()
    assert complaints == []
