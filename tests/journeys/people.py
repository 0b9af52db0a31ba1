"""What people do in the shop, as they would say it."""

from playwright.sync_api import Page, expect


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("pizza")
    page.get_by_role("button", name="Sign in").click()


def choose(page: Page, pizza: str, *, size: str, adding: list[str], scripted: bool) -> None:
    """Go from the menu to a pizza, choose, and put it into the basket."""
    page.goto("/menu/")
    page.get_by_role("link", name=pizza, exact=True).first.click()
    expect(page.get_by_role("heading", name=pizza, level=1)).to_be_visible()
    page.get_by_role("radio", name=size).check(force=True)  # a tile lies over it
    for topping in adding:
        page.get_by_role("checkbox", name=topping).check(force=True)
    if not scripted:
        page.get_by_role("button", name="Update price").click()


def check_out(page: Page, *, allergies: str = "") -> None:
    page.goto("/basket/")
    page.get_by_role("link", name="Checkout").click()
    page.get_by_label("Your name").fill("Anna Bianchi")
    page.get_by_label("Phone").fill("06 1234 5678")
    page.get_by_label("Allergies").fill(allergies)
    page.get_by_role("button", name="Place the order").click()
