"""Every URL of the shop requires a sign-in, unless it is listed here."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

pytestmark = pytest.mark.usefixtures("kitchen")

# URLs that require no account, and why.
OPEN = {
    "/": "the shop window",
    "/menu/": "the menu",
    "/menu/SLUG/": "one pizza",
    "/menu/SLUG/illustration.svg": "its illustration",
    "/menu/illustrations/SLUG.SLUG.svg": "its illustration in one look",
    "/menu/pictures/UUID-1.webp": "the picture of an item",
    "/basket/": "guests order without an account",
    "/basket/add/": "...",
    "/basket/delivery/": "... learn what a delivery costs",
    "/checkout/": "...",
    "/orders/UUID/KEY/": "... and follow their order by its link",
    "/orders/UUID/KEY/cancel/": "... and cancel it there",
    "/orders/UUID/KEY/notes/": "... and tell the kitchen something",
    "/pay/UUID/KEY/": "... and pay it by card",
    "/pay/UUID/KEY/returned/": "... come back from the gateway's page",
    "/pay/UUID/KEY/left/": "...",
    "/pay/UUID/KEY/again/": "... and order anew if the payment fails",
    "/payments/webhook/": "the gateway's messages, which it signs",
    "/receipts/UUID/KEY/": "... and read its receipts",
    "/receipts/UUID/KEY/pdf/": "...",
    "/receipts/of/UUID/KEY/": "...",
    "/kitchen/service-worker.js": "a script, which browsers fetch again also after a sign-out",
    "/accounts/sign-in/": "the way in",
    "/accounts/sign-out/": "the way out",
    "/accounts/sign-up/": "customers make an account",
    "/accounts/confirm/": "... confirm its e-mail",
    "/accounts/sign-in-by-e-mail/": "... open it",
    "/accounts/sign-in-by-passkey/": "...",
    "/accounts/password-reset/": "... and get a new password",
    "/accounts/password-reset/code/": "...",
    "/accounts/password-reset/password/": "...",
    "/accounts/keycloak/": "the way to the sign-in server",
    "/accounts/keycloak/callback/": "... and back",
    "/accounts/keycloak/logout/back-channel/": "... whose word a token carries",
}

# Streams refuse by their status: an EventSource would follow a redirect to the sign-in.
STREAMS = {
    "/stream/board/": 401,
    "/stream/deliveries/": 401,
    "/stream/orders/UUID/": 401,
    "/stream/orders/UUID/SLUG/": 404,  # a guest's, authorized by the token in its URL
}

# A script reports a screen of the board: it would follow a redirect, too.
SCRIPTS = {"/kitchen/screen/": 405}

DELIVERY_STEPS = ("claim", "release", "leave", "deliver", "fail", "assign")

# The API refuses by its status, too: it never redirects.
API = {
    "/api/": 404,
    "/api/me": 401,
    "/api/menu": 200,  # the menu is public
    "/api/menu/items": 200,
    "/api/menu/pizzas": 200,
    "/api/menu/pizzas/SLUG": 200,
    "/api/menu/pizzas/SLUG/availability": 405,
    "/api/menu/toppings": 200,
    "/api/orders": 401,
    "/api/orders/UUID": 401,
    "/api/orders/UUID/events": 401,
    "/api/orders/UUID/hand-over": 405,
    "/api/orders/UUID/status": 405,
    "/api/orders/quote": 405,
    "/api/orders/slots": 401,
    "/api/kitchen/status": 401,
    "/api/kitchen/queue": 401,
    "/api/kitchen/orders/UUID/start": 405,
    "/api/kitchen/orders/UUID/complete": 405,
    "/api/kitchen/orders/UUID/recall": 405,
    "/api/kitchen/capacity": 405,
    "/api/kitchen/pause": 405,
    "/api/kitchen/resume": 405,
    "/api/delivery/ready": 401,
    "/api/delivery/tour": 401,
    "/api/delivery/drivers": 401,
    **{f"/api/delivery/orders/UUID/{step}": 405 for step in DELIVERY_STEPS},
    "/api/profile/me": 401,
    "/api/profile/me/orders": 401,
    "/api/profile/me/notifications": 401,
    "/api/profile/me/notifications/UUID.1/dismiss": 405,
    **{f"/api/reports/{report}": 401 for report in ("overview", "time-series", "pizzas", "peak-hours")},
    "/api/webhooks": 401,
    "/api/webhooks/UUID": 401,
    "/api/webhooks/UUID/enable": 405,
    "/api/webhooks/UUID/deliveries": 401,
    "/api/webhooks/UUID/deliveries/UUID/redeliver": 405,
    "/api/docs": 200,  # the documentation is public
    "/api/docs/signed-in": 200,
    "/api/openapi.json": 200,
}

ARGUMENTS = {
    "uuid": "0197c2a0-0000-7000-8000-000000000000",
    "uuidstr": "0197c2a0-0000-7000-8000-000000000000",  # ninja's
    "slug": "margherita",
    "guest_token": "k" * 43,
    "int": "1",
    "str": "menu",
    "path": "1",
}
SHOWN_AS = {ARGUMENTS["uuid"]: "UUID", ARGUMENTS["slug"]: "SLUG", ARGUMENTS["guest_token"]: "KEY"}


def addresses(resolver, before="/"):
    """Yield every URL below a resolver, with a value for each argument."""
    for entry in resolver.url_patterns:
        here = before + _filled(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here)
        elif isinstance(entry, URLPattern):
            yield here


def _filled(pattern):
    if hasattr(pattern, "_route"):
        filled = str(pattern._route)
        for name, converter in pattern.converters.items():
            kind = _kind_of(converter)
            filled = filled.replace(f"<{kind}:{name}>", ARGUMENTS[kind]).replace(f"<{name}>", ARGUMENTS["str"])
        assert "<" not in filled, filled
        return filled
    expression = pattern._regex.removeprefix("^").removesuffix("$")  # admin's: the index of an app, the catch-all
    return re.sub(r"\(\?P<url>\.\*\)", "nothing/here", re.sub(r"\(\?P<app_label>[^)]*\)", "menu", expression))


def _kind_of(converter):
    name = type(converter).__name__.removesuffix("Converter")
    return {"GuestToken": "guest_token", "UUID": "uuid", "String": "str"}.get(name, name.lower())


ALL = sorted(set(addresses(get_resolver())))


def shown(address):
    for value, name in SHOWN_AS.items():
        address = address.replace(value, name)
    return address


CLOSED = [address for address in ALL if shown(address) not in OPEN | STREAMS | SCRIPTS | API]


def test_the_urls_found_include_pages_of_the_kitchen_of_orders_and_of_the_admin():
    assert {reverse("kitchen:board"), reverse("orders:history"), reverse("admin:menu_pizza_changelist")} <= set(ALL)
    assert len(ALL) > 50


def test_every_url_that_is_listed_as_open_exists():
    assert {shown(address) for address in ALL} >= set(OPEN | STREAMS | SCRIPTS | API)


@pytest.mark.parametrize("address", CLOSED)
def test_a_url_that_is_not_listed_as_open_redirects_a_guest_to_the_sign_in(client, address):
    for method in ("get", "post"):
        response = getattr(client, method)(address)

        assert response.status_code == 302, (method, response.status_code)
        way_in = response["Location"].partition("?")[0]
        assert way_in in (reverse("users:sign_in"), reverse("admin:login"), reverse("admin:index")), response[
            "Location"
        ]


@pytest.mark.parametrize("address", [address for address in ALL if shown(address) in OPEN])
def test_a_url_that_is_listed_as_open_does_not_redirect_a_guest_to_the_sign_in(client, address):
    response = client.get(address)

    assert not response.headers.get("Location", "").startswith(reverse("users:sign_in"))


@pytest.mark.parametrize("address", [address for address in ALL if shown(address) in STREAMS | SCRIPTS | API])
def test_a_url_for_programs_answers_a_guest_with_the_listed_status(client, address):
    assert client.get(address).status_code == (STREAMS | SCRIPTS | API)[shown(address)]
