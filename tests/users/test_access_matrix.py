"""The access matrix: every URL of the site answers every actor as the table states."""

import re
import time
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.messages import WARNING, get_messages
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import resolve, reverse
from django.utils import translation

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from menu import catalogue
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.events import OrderPlaced
from orders.models import CancelReason, PaymentMethod
from orders.notifications import services as notification_services
from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import WebhookDelivery
from orders.payments import services as payment_services
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.models import GatewayName, PaymentAttempt, Receipt, ReceiptPdf, ReconciliationRun, WebhookMessage
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.events.relay import EVENT_DEAD_LETTERED
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.shop.services import set_up_shop_settings
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.models import Identity
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from pizzeria.users.session_auth import actor_for_user
from tests import opened_shop, shop
from tests.architecture.test_public_urls import ALL
from tests.factories import (
    BoardScreenFactory,
    CouponFactory,
    DeliveryZoneFactory,
    UserFactory,
    WebhookSubscriptionFactory,
)
from tests.menu.pictures import picture_of
from tests.message_sinks import ANSWER_TIMEOUT
from tests.transactions import undone
from tests.users import fake_oidc_provider as realms
from tests.users.access_matrix import TABLE, WHO
from tests.users.fake_oidc_provider import Person

pytestmark = pytest.mark.django_db

ROLES = dict(zip(WHO[1:], (CUSTOMER, CUSTOMER, KITCHEN, DRIVER, DRIVER, MANAGER, ADMIN), strict=True))
VERBS = {"BOTH": ["GET", "POST"]}
ROWS = [
    (verb, pattern, "".join(answers))
    for row in TABLE.strip().splitlines()[1:]
    if row.strip()
    for verbs, pattern, *answers in [row.split()]
    for verb in VERBS.get(verbs, [verbs])
]
CHANGES = {"POST", "PATCH", "DELETE"}  # Django's form views handle PUT like POST
API_CHANGES = {*CHANGES, "PUT"}


@pytest.fixture(scope="module")
def friday(django_db_setup, django_db_blocker):
    """A Friday night with every actor and an order in every state; each test rolls back what it changes."""
    with django_db_blocker.unblock(), undone(), realms.running() as realm, pytest.MonkeyPatch.context() as patch:
        patch.setattr(jwks, "realm_keys", SigningKeys(provider.signing_keys))
        patch.setattr(provider, "TIMEOUT", (ANSWER_TIMEOUT, ANSWER_TIMEOUT))
        yield opened(realm)


def opened(realm):
    shop.open_shop()
    set_up_shop_settings(by=SYSTEM)
    sync_roles(by=SYSTEM)
    people = {}
    for who, role in ROLES.items():
        people[who] = UserFactory()
        assign_roles(people[who], [role])
    owner, driver = (actor_for_user(people[who]) for who in ("owner", "driver"))
    at = clock.now()

    def placed(*, by=owner, **how):
        return shop.place(shop.basket_of(at=at), by=by, at=at, contact=shop.AT_HOME, **how)

    def by_card(by=owner):
        with override_settings(STRIPE_SECRET_KEY="sk_test_of_no_account"):
            return placed(by=by, payment_method=PaymentMethod.CREDIT_CARD)

    def settled(order):
        attempt = PaymentAttempt.objects.get(order=order)
        reading = SessionReading(
            "cs_1", SessionState.PAID, attempt.amount, attempt.currency, payment_id=f"pi_{attempt.pk}"
        )
        payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=SYSTEM, at=at)
        return order

    def refunded(order):
        settled(order)
        order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=at)

    def cooking(order):
        kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=at)
        return order

    def ready(order):
        kitchen_services.finish_ticket(ref=cooking(order).ref, by=SYSTEM, at=at)
        return order

    def taken(order):
        delivery_services.claim_delivery(ref=ready(order).ref, by=driver, at=at)
        return order

    def out(order):
        delivery_services.leave_for_delivery(ref=taken(order).ref, by=driver, at=at)
        return order

    guests, guests_by_card = placed(by=shop.GUEST), by_card(shop.GUEST)
    refunded(by_card())
    ReconciliationRun.objects.create(started_at=at)
    WebhookMessage.objects.create(
        gateway=GatewayName.STRIPE, event_id="evt_1", type="charge.refunded", received_at=at, due_at=at
    )
    paid, guests_paid = settled(by_card()), settled(by_card(shop.GUEST))
    payment_services.make_due_pdf(pdf_id=ReceiptPdf.objects.get(receipt__order=paid).pk, at=at)
    names = {
        "SETTLED": paid.ref,
        "RECEIPT": Receipt.objects.get(order=paid).ref,
        "SLIPKEY": guests_paid.contact.guest_token,
        "SLIP": Receipt.objects.get(order=guests_paid).ref,
        "PAID": guests_paid.ref,
        "PENDING": by_card().ref,
        "CARDKEY": guests_by_card.contact.guest_token,
        "CARD": guests_by_card.ref,
        "WAITING": placed().ref,
        "COOKING": cooking(placed()).ref,
        "READY": ready(placed()).ref,
        "FREE": ready(placed(method=FulfillmentMethod.DELIVERY)).ref,
        "TAKEN": taken(placed(method=FulfillmentMethod.DELIVERY)).ref,
        "OUT": out(placed(method=FulfillmentMethod.DELIVERY)).ref,
        "GUESTS": guests.ref,
        "NOKEY": "x" * 43,
        "KEY": guests.contact.guest_token,
        "SLUG": "margherita",
        "PHOTO": picture_of("margherita", at=at).ref,
        "UUID": "0197c2a0-0000-7000-8000-000000000000",
    }
    form_data = REASONS | {"driver": people["other driver"].username, "step": f"start:{names['WAITING']}:0"}
    cookies = {"anybody": {}} | {who: signed_in(people[who]) for who in people}
    tokens = {who: token_of(people[who], who, role, realm) for who, role in ROLES.items()}
    notification_services.create_notifications(
        event_id=StoredEvent.objects.filter(type=OrderPlaced.type).latest("pk").pk, at=at
    )
    webhook = WebhookSubscriptionFactory()
    webhook_services.create_webhook_deliveries(event_id=StoredEvent.objects.latest("pk").pk, at=at)
    names |= {"HOOK": webhook.ref, "SENDING": WebhookDelivery.objects.get().ref}
    BoardScreenFactory()
    DeliveryZoneFactory(codes=[])
    CouponFactory()
    refund_waits(guests, at=at)
    raise_alert(EVENT_DEAD_LETTERED, key="1", at=at, type="order.placed.v1", reason="a test")
    shop_now = SimpleNamespace(
        menu=opened_shop.commit_menu(),
        names=names | rows_in_the_admin(),
        form_data=form_data,
        cookies=cookies,
        browser=Client(),
        realm=realm,
        tokens=tokens,
        bodies=bodies(driver=people["other driver"].username),
    )
    shop_now.before_the_admin = {who: answer_to(shop_now, who, "GET", reverse("admin:login")) for who in WHO}
    shop_now.verbs = {address: verbs_of(address, browser_of(shop_now, "admin")) for address in ALL}
    return shop_now


def refund_waits(order, *, at):
    """Create a request for a refund of an order that waits for a second manager."""
    order.refund_requests.create(
        ref=uuid7(), items={}, amount=1, reason="late", state="waiting", needs_second_manager=True, requested_at=at
    )


def verbs_of(address, browser):
    """Return the verbs that a URL accepts by its `Allow` header; GET and POST if it has none."""
    with undone():
        response = browser.options(address)
    return set(response.headers.get("Allow", "GET, POST").split(", "))


def rows_in_the_admin():
    """Return the URL of an existing row of each list of the admin, by the URL of its row 1."""
    lists = {reverse(admin_urlname(model._meta, "changelist")): model for model in admin.site._registry}
    return {f"{address}1/": f"{address}{model.objects.first().pk}/" for address, model in lists.items()}


def signed_in(user):
    """Return the cookies of a browser in which the user is signed in."""
    browser = Client()
    browser.force_login(user)
    return {name: cookie.value for name, cookie in browser.cookies.items()}


def token_of(user, who, role, realm):
    """Return an access token of a user, valid for as long as the tests may take."""
    Identity.objects.create(user=user, issuer=realm.issuer, subject=who)
    return realm.access_token(Person(who, roles=(role.name,)), exp=int(time.time()) + 36_000)


def bodies(*, driver):
    """Return what is sent to the API, by the last part of the URL."""
    order = {
        "customer_name": "Anna",
        "customer_phone": "+390612345678",
        "pizzas": [{"pizza_id": "margherita", "size": "small"}],
        "payment_method": "cash",
    }
    pizza = {
        "name": "Orto",
        "base_price": "11.00",
        "cooking_minutes": 8,
        "category_id": "pizzas",
        "description": "",
        "toppings": [],
        "diet": "vegan",
        "base_allergens": [],
    }
    return {
        "pizzas": pizza,
        "margherita": pizza,
        "availability": {"is_available": False},
        "orders": order,
        "quote": order,
        "status": {"status": "cooking"},
        "capacity": {"max_concurrent_orders": 30},
        "pause": {"reason": "The oven is cold."},
        "assign": {"driver": driver},
        "fail": {"reason": "nobody_home"},
        "me": {"name": "Anna", "phone": "+390612345678"},
        "webhooks": {"url": "https://93.184.216.34/"},
    }


def addresses(friday, verb, pattern):
    """Return the URLs of a row: one, or all below it that accept its verb and have no row of their own for it."""
    if not pattern.endswith("*"):
        return [_filled(pattern, friday.names)]
    others = [_filled(row, friday.names) for its, row, _answers in ROWS if its == verb and _lies_below(row, pattern)]
    below = [address for address in ALL if address.startswith(pattern[:-1]) and verb in friday.verbs[address]]
    below = [_filled(address, friday.names) for address in below]
    return [address for address in below if not any(_is_row(other, address) for other in others)]


def _filled(pattern, names):
    return re.sub("|".join(names), lambda found: str(names[found[0]]), pattern)


def _lies_below(other, pattern):
    return other != pattern and other.startswith(pattern[:-1])


def _is_row(pattern, address):
    return address.startswith(pattern[:-1]) if pattern.endswith("*") else address == pattern


def answer_to(friday, who, verb, address):
    """Send a request as an actor; return the sign of its response."""
    if address.startswith("/api/"):
        return answer_of_the_api(friday, who, verb, address)
    browser = browser_of(friday, who)
    response = getattr(browser, verb.lower())(address, friday.form_data)
    if _path(response) == reverse("admin:login"):
        return friday.before_the_admin[who]
    if _path(response) == reverse("users:sign_in"):
        return "="
    if any(message.level == WARNING for message in get_messages(response.wsgi_request)) and not address.startswith(
        "/admin/"
    ):
        return "!"
    return {401: "=", 403: "-", 404: "0", 400: "!", 409: "!", 503: "!"}.get(response.status_code, "+")


def answer_of_the_api(friday, who, verb, address):
    """Send a request to the API with an actor's access token; return the sign of its response."""
    headers = {"Authorization": f"Bearer {friday.tokens[who]}"} if who in friday.tokens else {}
    body = friday.bodies.get(address.rpartition("/")[2])
    sent = {} if body is None or verb == "GET" else {"data": body, "content_type": "application/json"}
    server = {"OIDC_ISSUER": friday.realm.issuer, "OIDC_RP_CLIENT_ID": realms.CLIENT}
    server["OIDC_OP_JWKS_ENDPOINT"] = f"{friday.realm.issuer}/protocol/openid-connect/certs"
    with override_settings(**server):
        response = getattr(friday.browser, verb.lower())(address, headers=headers, **sent)
    signs = {401: "=", 403: "-", 404: "0", 400: "!", 409: "!", 422: "!", 503: "!"}
    return signs.get(response.status_code, "+")


def browser_of(friday, who):
    """Return the shared browser with an actor's cookies: a new one would load all middleware and static files again."""
    friday.browser.cookies.clear()
    friday.browser.cookies.load(friday.cookies[who])
    return friday.browser


def _path(response):
    return response.headers.get("Location", "").partition("?")[0]


# Form fields that the requests need beside the order.
REASONS = {"reason": "other", "note": "The oven is cold.", "until": "notice"}
REASONS |= {"item": "margherita", "size": "small", "quantity": "1"}
REASONS |= {"key": "0197c2a0-0000-4000-8000-000000000000", "version": "1"}


@pytest.mark.parametrize(("verb", "pattern", "answers"), ROWS)
def test_every_actor_gets_the_answer_that_the_access_matrix_states(friday, monkeypatch, verb, pattern, answers):
    monkeypatch.setattr(catalogue, "_newest", friday.menu)
    got = {}
    for address in addresses(friday, verb, pattern):
        for who in WHO:
            with undone(), translation.override("en"):
                cache.clear()
                got.setdefault(address, []).append(answer_to(friday, who, verb, address))

    assert got
    assert {address: "".join(signs) for address, signs in got.items()} == dict.fromkeys(got, answers)


def test_the_access_matrix_covers_every_url_and_every_verb_that_changes_data(friday):
    asked = {
        (verb, resolve(address).route)
        for verb, pattern, _answers in ROWS
        for address in addresses(friday, verb, pattern)
    }
    seen = {route for _verb, route in asked}

    for address in ALL:
        route = resolve(address).route
        assert route in seen, address
        changes = API_CHANGES if address.startswith("/api/") else CHANGES
        assert {(verb, route) for verb in changes & friday.verbs[address]} <= asked, address


def test_every_row_of_the_access_matrix_has_an_answer_for_every_actor():
    assert {len(answers) for _verb, _pattern, answers in ROWS} == {len(WHO)}
