"""
Screenshots of the pages, taken in the system's Chromium from a shop with some orders.

    python -m tests.screenshots                 the README's two
    python -m tests.screenshots FOLDER          every page at 390, 768 and 1280 px, light and dark
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402 - Django has to be up before its apps are
from django.db import connections  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from kitchen import services as kitchen_services  # noqa: E402
from menu.models import Pizza  # noqa: E402
from menu.services import mark_sold_out  # noqa: E402
from orders import selectors as order_selectors  # noqa: E402
from orders import services as order_services  # noqa: E402
from orders.models import Order  # noqa: E402
from orders.notifications import services as notification_services  # noqa: E402
from orders.notifications.models import Notification  # noqa: E402
from pizzeria.foundation import clock  # noqa: E402
from pizzeria.foundation.actor import SYSTEM  # noqa: E402
from pizzeria.foundation.events.models import StoredEvent  # noqa: E402
from pizzeria.users.models import User  # noqa: E402
from pizzeria.users.roles import CUSTOMER  # noqa: E402
from tests import shop  # noqa: E402
from tests.chromium import CHROMIUM  # noqa: E402
from tests.e2e.people import sign_in_by_form  # noqa: E402
from tests.message_sinks import running_message_sinks  # noqa: E402
from tests.users import account_holders  # noqa: E402
from tests.users.account_holders import account_holder  # noqa: E402

README = Path(__file__).parent.parent / "pizzeria" / "demo" / "screenshots"
WIDTHS, SCHEMES = (390, 768, 1280), ("light", "dark")


def main(folder: Path | None) -> None:
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    call_command("migrate", verbosity=0)
    call_command("set_up_shop", verbosity=0)
    call_command("set_up_demo", verbosity=0)
    orders = an_evening()
    an_account_with_a_passkey()
    with (
        TemporaryDirectory() as home,
        running_message_sinks(Path(home), settings) as message_sinks,
        serving(message_sinks.environment) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        take_all(browser, address, orders, folder) if folder else take_readme(browser, address)
        browser.close()


def an_evening() -> list[Order]:
    """Place orders and take each some steps through the kitchen; return those of guests."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    at = clock.now() - timedelta(minutes=12)
    baskets = [
        [shop.pizza("pepperoni", size="large", added=("olives", "basil")), shop.simple_item("cola")],
        [shop.pizza("vegetarian", size="medium", left_out=("onions",))],
        [shop.pizza("margherita"), shop.pizza("hawaiian", added=("extra-cheese",)), shop.simple_item("tiramisu")],
        [shop.pizza("meat-lovers", size="large")],
        [shop.pizza("bbq-chicken", left_out=("red-onions",)), shop.simple_item("garlic-bread")],
        [shop.pizza("margherita", added=("mushrooms", "spinach"))],
        [shop.pizza("pepperoni"), shop.simple_item("lemonade")],
    ]
    nuts = order_services.ContactDetails(
        "Luca Moretti", "+390612345679", allergies="nuts", notes="Cut in squares, please."
    )
    orders = [
        shop.place(shop.basket_of(*choices, at=at), at=at, contact=nuts if n in (3, 4) else shop.ANNA)
        for n, choices in enumerate(baskets)
    ]
    steps = [kitchen_services.start_cooking, kitchen_services.finish_ticket, order_services.hand_over]
    for order, far in zip(orders, (3, 2, 2, 1, 1, 0, 0), strict=True):
        for minutes, step in enumerate(steps[:far]):
            step(ref=order.ref, by=SYSTEM, at=at + timedelta(minutes=4 * minutes + 1))
    mark_sold_out(item=Pizza.objects.get(slug="hawaiian"), until=None, by=SYSTEM, at=at)
    an_order_of_the_customers(at)
    return list(Order.objects.filter(customer=None).select_related("contact").order_by("id"))


def an_order_of_the_customers(at: datetime) -> None:
    """Place an order of the demo's customer, take it through the kitchen, and create its notifications."""
    by = shop.acting_as(CUSTOMER, User.objects.get(username="customer").pk)
    order = shop.place(shop.basket_of(shop.pizza("vegetarian", added=("basil",)), at=at), at=at, by=by)
    for minutes, step in {
        4: kitchen_services.start_cooking,
        9: kitchen_services.finish_ticket,
        11: order_services.hand_over,
    }.items():
        step(ref=order.ref, by=SYSTEM, at=at + timedelta(minutes=minutes))
    for event in StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"):
        notification_services.create_notifications(event_id=event.pk, at=event.at)
        if event.type == "order.confirmed.v1":
            Notification.objects.update(read_at=event.at)


def an_account_with_a_passkey() -> None:
    carla = account_holder(first_name="Carla")
    data = {"name": "My phone", "credential": {"id": "one"}}
    Authenticator.objects.create(user=carla, type=Authenticator.Type.WEBAUTHN, data=data)


def take_readme(browser: Browser, address: str) -> None:
    README.mkdir(exist_ok=True)
    guest = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
    guest.goto("/menu/")
    settled(guest)
    guest.screenshot(path=README / "menu.png")
    chef = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800}, color_scheme="dark")
    sign_in_by_form(chef, "chef")
    settled(chef)
    chef.screenshot(path=README / "board.png")


def take_all(browser: Browser, address: str, orders: list[Order], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = browser.new_context(
                base_url=address, viewport={"width": width, "height": 844}, color_scheme=scheme
            )
            page = context.new_page()
            for name in everywhere(page, orders):
                settled(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()


def everywhere(page: Page, orders: list[Order]) -> Iterator[str]:
    """Open every page as a user who may see it; yield its name while it is open."""
    for name, address in {
        "home": "/",
        "menu": "/menu/",
        "basket-empty": "/basket/",
        "pizza": "/menu/vegetarian/?recipe=1&size=large&keep=mushrooms&keep=olives&add=basil&quantity=2",
        "pizza-too-many": "/menu/margherita/?recipe=1&size=small&quantity=0",
        "pizza-sold-out": "/menu/hawaiian/",
        "not-found": "/nowhere/",
        "button": "/basket/add/",
        "sign-in": "/accounts/sign-in/",
        **{f"order-{order.status}": order_selectors.order_url(order) for order in orders},
        "order-notes": f"{order_selectors.order_url(orders[-1])}notes/",
    }.items():
        page.goto(address)
        yield name
    for pizza in ("pepperoni", "margherita"):
        page.goto(f"/menu/{pizza}/?recipe=1&size=large&keep=pepperoni&add=olives&quantity=2")
        page.get_by_role("button", name="Add to basket").click()
    page.goto("/basket/")
    yield "basket"
    page.goto("/checkout/")
    yield "checkout"
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Place the order").click()
    yield "checkout-wrong"
    for person, own in {"customer": "history", "driver": "deliveries", "chef": "board", "manager": "admin"}.items():
        page.context.clear_cookies()
        sign_in_by_form(page, person)
        yield own
    for name, address in {
        "admin-orders": "/admin/orders/order/",
        "admin-order": f"/admin/orders/order/{orders[0].pk}/change/",
        "admin-reports": "/admin/reports/?period=today",
        "admin-reports-products": "/admin/reports/products/?period=today",
        "admin-reports-peak-hours": "/admin/reports/peak-hours/?period=today",
        "admin-kitchen": "/admin/kitchen/kitchen/",
        "admin-screens": "/admin/kitchen/boardscreen/",
        "board-finished": "/kitchen/finished/",
        "admin-pizza": f"/admin/menu/pizza/{Pizza.objects.get(slug='vegetarian').pk}/change/",
    }.items():
        page.goto(address)
        yield name
    page.context.clear_cookies()
    sign_in_by_form(page, "customer")
    page.goto("/profile/")
    yield "profile"
    page.goto("/notifications/")
    yield "notifications"
    page.goto("/kitchen/")
    yield "not-allowed"
    page.goto("/menu/margherita/")
    page.get_by_role("button", name="Add to basket").click()
    page.goto("/checkout/")
    yield "checkout-customer"
    yield from of_accounts(page)


def of_accounts(page: Page) -> Iterator[str]:
    """Open the pages of local accounts; yield the name of each while it is open."""
    page.context.clear_cookies()
    for name, address in {"password-reset": account_holders.PASSWORD_RESET, "sign-up": account_holders.SIGN_UP}.items():
        page.goto(address)
        yield f"account-{name}"
    page.get_by_label("E-mail").fill("carla at home")
    page.get_by_role("button", name="Make my account").click()
    yield "account-sign-up-wrong"
    page.goto(account_holders.SIGN_IN)
    yield "account-sign-in"
    page.get_by_label("E-mail").fill(account_holders.CARLA)
    page.get_by_label("Password").fill(account_holders.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    for name, address in {
        "profile": "/profile/",
        "passkeys": account_holders.PASSKEYS,
        "e-mail": account_holders.EMAIL,
        "password": account_holders.PASSWORD_PAGE,
        "reauthenticate": account_holders.REAUTHENTICATE,
    }.items():
        page.goto(address)
        yield f"account-{name}"


def settled(page: Page) -> None:
    """Load the images below the fold, which are lazy, and wait for them."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(img => { img.loading = 'eager' })")
    page.wait_for_load_state("networkidle")


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """Serve the shop as the demo does, on a free port; yield its address."""
    connections.close_all()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "pizzeria.asgi:application", "--port", str(port), "--log-level", "warning"],
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    address = f"http://localhost:{port}"
    try:
        for _half_second in range(240):  # on a loaded machine a minute is not enough
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
