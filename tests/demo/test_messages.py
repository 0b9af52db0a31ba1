"""The demo's page of sent messages: for managers only, safe to view, and complete after a restart."""

import pytest
from django.urls import reverse

from orders.notifications.channels import sms
from pizzeria.devtools.message_sinks.store import Message, MessageStore
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import OutboundMessage
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests.message_sinks import running_message_sinks

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
    return store.add(message)


def shown(browser, address=PAGE):
    return browser.get(address).content.decode()


def test_the_messages_page_shows_sent_emails_and_sms_newest_first(message_sinks, sign_in, settings):
    settings.DEMO_MESSAGE_STORE = str(message_sinks.servers.store.folder)
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


def test_the_messages_page_escapes_the_subject_and_omits_the_html_of_an_email(sign_in, mail):
    page = shown(sign_in(MANAGER))

    assert "Ready &lt;b&gt;now&lt;/b&gt;" in page
    assert "alert(1)" not in page


def test_the_html_of_an_email_can_be_framed_only_by_the_shop_and_runs_no_scripts(sign_in, mail):
    browser = sign_in(MANAGER)
    page, email = browser.get(PAGE), browser.get(reverse("demo:html", args=[mail.id]))

    assert "Ready!" in email.content.decode()
    assert email["X-Frame-Options"] == "SAMEORIGIN"
    policy = email["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_the_messages_page_says_that_older_messages_are_not_shown(sign_in, store, mail, monkeypatch):
    browser = sign_in(MANAGER)
    monkeypatch.setattr("pizzeria.demo.views.SHOWN", 1)
    assert "older ones are not shown" not in shown(browser)

    store.add(Message(kind="sms", to="+393331234567", text="Ready!"))

    assert "These are the newest 1; older ones are not shown." in shown(browser)


def test_the_messages_page_says_that_nothing_was_sent_yet(sign_in, store):
    assert "No message has been sent yet" in shown(sign_in(MANAGER))


def test_the_messages_page_is_empty_where_no_message_store_is_configured(sign_in, settings):
    settings.DEMO_MESSAGE_STORE = ""

    assert "No message has been sent yet" in shown(sign_in(MANAGER))


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER], ids=lambda role: role.name)
def test_the_messages_page_and_its_emails_are_forbidden_to_all_roles_but_managers(sign_in, mail, role):
    browser = sign_in(role)

    for address in (PAGE, reverse("demo:html", args=[mail.id])):
        assert browser.get(address, follow=True).status_code == 403


def test_the_html_of_a_message_that_is_not_a_stored_email_is_not_found(sign_in, store):
    sms = store.add(Message(kind="sms", to="+393331234567", text="Ready"))

    for nothing in ("17", "ports", sms.id):
        assert sign_in(MANAGER).get(reverse("demo:html", args=[nothing])).status_code == 404


def test_the_admins_index_links_to_the_messages_page(sign_in):
    assert f'href="{PAGE}"' in shown(sign_in(MANAGER), reverse("admin:index"))


def test_the_message_store_keeps_its_messages_when_the_sinks_are_restarted(tmp_path, settings):
    for text in ("before", "after"):
        with running_message_sinks(tmp_path, settings) as message_sinks:
            sms.send(OutboundMessage(id="notification-1", to="+393331234567", subject="", text=text))

    assert [message.text for message in message_sinks.messages()] == ["before", "after"]
