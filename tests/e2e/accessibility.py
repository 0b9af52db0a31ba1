"""Accessibility of a page in the browser: the rules of axe-core for WCAG 2.2 A and AA, and its best practices."""

from axe_playwright_python.base import AXE_SCRIPT

COLOR_SCHEMES = ("light", "dark")

# Of the rules for A and AA, axe-core leaves out by default only the size of targets, the one that is new in 2.2.
# Nothing is preloaded: axe-core would resolve the imports of a style sheet against the page. No rule here needs them.
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False}


def assert_accessible(page, *, schemes=COLOR_SCHEMES):
    """
    Assert that axe finds nothing in a page as it is shown now, in light and in dark colours.

    A test calls this once the page shows what it expects: `expect(...)` first. The page must run JavaScript, and its
    context must reduce motion, else a colour is measured on its way to another (`browser_contexts` does so).
    """
    found = {scheme: findings(page, scheme=scheme) for scheme in schemes}
    page.emulate_media(color_scheme="null")
    assert not any(found.values()), "\n".join(
        f"{page.url}, {scheme}: {finding}" for scheme in schemes for finding in found[scheme]
    )


def findings(page, *, scheme):
    """Return what axe finds in a page in a colour scheme: for each element the rule, the element and what is wrong."""
    page.emulate_media(color_scheme=scheme)
    # A script element would need the page's Content Security Policy to allow it; the debugger's evaluation does not.
    page.evaluate(AXE_SCRIPT)
    results = page.evaluate("(options) => axe.run(document, options)", OPTIONS)
    return [
        f"{violation['id']}: {node['html']}\n    {node['failureSummary']}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]
