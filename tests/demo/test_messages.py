"""The demo's page of what it has sent: for managers, safe to look at, and still there after a restart."""

import pytest
from django.urls import reverse

from orders.notifications.channels import sms
from pizzeria.devtools.message_sinks.store import Message, MessageStore
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import OutboundMessage
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import message_sinks

pytestmark = pytest.mark.usefixtures("kitchen")

PAGE = reverse("demo:messages")
HTML = "<!doctype html><html><head><title>Ready</title></head><body><script>alert(1)</script>Ready!</body></html>"


@pytest.fixture
def store(tmp_path, settings):
    settings.DEMO_MESSAGE_STORE = str(tmp_path)
    return MessageStore(tmp_path)


@pytest.fixture
def mail(store):
    message = Message(kind="email", to="anna@example.com", subject="Ready <b>now</b>", text="Ready!", html=HTML)
    return store.take(message)


def shown(browser, address=PAGE):
    return browser.get(address).content.decode()


def test_shows_what_left_by_either_way_newest_first(post, sign_in, settings):
    settings.DEMO_MESSAGE_STORE = str(post.box.store.folder)
    email.send(
        OutboundMessage(
            id="notification-1", to="anna@example.com", subject="Order #7", text="We have it.", html="<p>It</p>"
        )
    )
    sms.send(
        OutboundMessage(id="notification-2", to="+393331234567", subject="", text="Ready: http://localhost/orders/1/")
    )

    page = shown(sign_in(MANAGER))

    places = [
        page.index(words) for words in ("+393331234567", "Ready: ", "anna@example.com", "Order #7", "We have it.")
    ]
    assert places == sorted(places)
    assert '<a href="http://localhost/orders/1/"' in page


def test_shows_nothing_it_was_sent_as_part_of_itself(sign_in, mail):
    page = shown(sign_in(MANAGER))

    assert "Ready &lt;b&gt;now&lt;/b&gt;" in page
    assert "alert(1)" not in page


def test_lets_a_letter_be_framed_by_itself_alone_and_run_nothing(sign_in, mail):
    browser = sign_in(MANAGER)
    page, letter = browser.get(PAGE), browser.get(reverse("demo:html", args=[mail.id]))

    assert "Ready!" in letter.content.decode()
    assert letter["X-Frame-Options"] == "SAMEORIGIN"
    policy = letter["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_is_calm_when_nobody_was_told_anything(sign_in, store):
    assert "Nobody has been told anything yet" in shown(sign_in(MANAGER))


def test_is_calm_where_nothing_is_kept(sign_in, settings):
    settings.DEMO_MESSAGE_STORE = ""

    assert "Nobody has been told anything yet" in shown(sign_in(MANAGER))


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER], ids=lambda role: role.name)
def test_is_closed_to_everybody_but_managers(sign_in, mail, role):
    browser = sign_in(role)

    for address in (PAGE, reverse("demo:html", args=[mail.id])):
        assert browser.get(address, follow=True).status_code == 403


def test_knows_no_letter_that_there_is_not(sign_in, store):
    sms = store.take(Message(kind="sms", to="+393331234567", text="Ready"))

    for nothing in ("17", "ports", sms.id):
        assert sign_in(MANAGER).get(reverse("demo:html", args=[nothing])).status_code == 404


def test_is_found_from_the_admins_first_page(sign_in):
    assert f'href="{PAGE}"' in shown(sign_in(MANAGER), reverse("admin:index"))


def test_still_shows_them_after_a_restart(tmp_path, settings):
    for text in ("before", "after"):
        with message_sinks.running(tmp_path, settings) as post:
            sms.send(OutboundMessage(id="notification-1", to="+393331234567", subject="", text=text))

    assert [message.text for message in post.taken()] == ["before", "after"]
