"""The e-mail channel against a real mail server."""

import re
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import OutboundMessage, OutcomeUnknown, Rejected, Unavailable
from pizzeria.operations import mail_url
from tests.message_sinks import ANSWER_TIMEOUT

MESSAGE = OutboundMessage(
    id="notification-17",
    to="anna@example.com",
    subject="Order #7 is ready",
    text="Your Margherita is waiting for you – è pronta!",
    html="<p>Your <b>Margherita</b> is waiting for you – è pronta!</p>",
)


def message_with(**changes):
    return OutboundMessage(**{name: getattr(MESSAGE, name) for name in MESSAGE.__slots__} | changes)


def test_an_email_has_text_html_and_a_message_id_of_the_shop(message_sinks, settings):
    settings.SHOP_ORIGIN = "https://pizza.example:8443"

    sent = email.send(MESSAGE)

    [received] = message_sinks.messages("email")
    assert (received.to, received.subject, received.message_id) == (MESSAGE.to, MESSAGE.subject, sent)
    assert re.fullmatch(r"<[0-9a-f]{32}@pizza\.example>", sent)
    assert (received.text.strip(), received.html.strip()) == (MESSAGE.text, MESSAGE.html)


def test_an_email_that_is_sent_again_has_the_same_message_id(message_sinks):
    assert email.send(MESSAGE) == email.send(MESSAGE)

    first, second = message_sinks.messages("email")
    assert first.message_id == second.message_id


def test_the_message_id_of_an_email_does_not_reveal_the_row_that_it_is_made_from(message_sinks, settings):
    """Not by counting either: without the shop's key, nobody can tell which hash belongs to which number."""
    sent, next_one = email.send(MESSAGE), email.send(message_with(id="notification-18"))
    settings.SECRET_KEY = "the key of another shop"

    assert len({sent, next_one, email.send(MESSAGE)}) == 3
    assert MESSAGE.id not in sent


def test_an_email_can_be_sent_without_html(message_sinks):
    email.send(message_with(html=""))

    [received] = message_sinks.messages("email")
    assert (received.text.strip(), received.html) == (MESSAGE.text, "")


def test_the_email_channel_is_configured_only_with_a_mail_server(message_sinks, settings):
    assert email.is_configured()

    settings.MAILERS = mail_url.parse_mail_url("")
    assert not email.is_configured()
    with pytest.raises(Unavailable):
        email.send(MESSAGE)


@pytest.mark.parametrize(
    "nobody",
    ["", "anna", "anna@", "anna bianchi@example.com", "anna@example.com, bea@example.com", "ànna@example.com",
     "anna@example.com\nBcc: bea@example.com", "anna@example.com\r\nBcc: bea@example.com"],
)  # fmt: skip
def test_an_invalid_email_address_is_rejected_without_calling_the_mail_server(message_sinks, nobody):
    with pytest.raises(Rejected) as raised:
        email.send(message_with(to=nobody))

    assert raised.value.__suppress_context__  # Django's ValidationError contains the address
    assert message_sinks.messages() == []


def test_a_line_break_in_a_subject_adds_no_header(message_sinks):
    email.send(message_with(subject="Ready\r\nBcc: bea@example.com\n\nfor you"))

    [received] = message_sinks.messages("email")
    assert received.subject == "Ready Bcc: bea@example.com for you"
    assert received.to == MESSAGE.to


@pytest.mark.parametrize(
    ("manners", "outcome"),
    [
        ({"refused": [MESSAGE.to]}, Rejected),
        ({"RCPT": 554}, Rejected),
        ({"DATA": 554}, Rejected),
        ({"RCPT": 450}, Unavailable),  # greylisted
        ({"DATA": 451}, Unavailable),
        ({"RCPT": 421}, Unavailable),
        ({"EHLO": 421}, Unavailable),
        ({"EHLO": "hang"}, Unavailable),
        ({"DATA": "silence"}, OutcomeUnknown),
        ({"DATA": "drop"}, OutcomeUnknown),
    ],
    ids=str,
)
def test_each_answer_of_the_mail_server_has_an_outcome_without_the_address(message_sinks, manners, outcome):
    message_sinks.set_faults(**manners)

    with pytest.raises(outcome) as raised:
        email.send(MESSAGE)

    assert type(raised.value) is outcome
    assert MESSAGE.to not in str(raised.value)
    assert raised.value.__suppress_context__
    assert len(message_sinks.messages("email")) == (outcome is OutcomeUnknown)


def test_sending_an_email_is_unavailable_where_no_server_listens(message_sinks, settings):
    with socket.socket() as held:  # no other process can take the port meanwhile
        held.bind(("127.0.0.1", 0))
        settings.MAILERS = mail_url.parse_mail_url(f"smtp://127.0.0.1:{held.getsockname()[1]}?tls=no")

        with pytest.raises(Unavailable):
            email.send(MESSAGE)


def test_sending_an_email_is_unavailable_where_a_server_accepts_connections_but_never_answers(message_sinks, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.MAILERS = mail_url.parse_mail_url(f"smtp://127.0.0.1:{mute.getsockname()[1]}?tls=no&timeout=1")

        with pytest.raises(Unavailable):
            email.send(MESSAGE)


def test_no_email_is_sent_in_plain_text_if_tls_is_required_and_the_server_has_none(message_sinks, settings):
    settings.MAILERS = mail_url.parse_mail_url(re.sub(r"tls=no", "tls=yes", message_sinks.mail_url))

    with pytest.raises(Unavailable):
        email.send(MESSAGE)

    assert message_sinks.messages() == []


@pytest.fixture
def certificate(tmp_path):
    """A PEM file with a self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2126, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(since).not_valid_after(until).sign(key, hashes.SHA256())
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def test_sending_an_email_is_unavailable_where_the_servers_certificate_is_not_trusted(
    message_sinks, settings, certificate
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def greet(listening):
        with suppress(OSError):
            context.wrap_socket(listening.accept()[0], server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as impostor:
        impostor.settimeout(ANSWER_TIMEOUT)  # so that its thread ends even if the test fails
        greeting = threading.Thread(target=greet, args=[impostor])
        greeting.start()
        settings.MAILERS = mail_url.parse_mail_url(
            f"smtps://127.0.0.1:{impostor.getsockname()[1]}?timeout={ANSWER_TIMEOUT}"
        )

        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            email.send(MESSAGE)
        greeting.join()


def test_an_email_counts_as_sent_if_only_the_quit_command_is_not_answered(message_sinks):
    message_sinks.set_faults(QUIT="hang")

    email.send(MESSAGE)

    assert len(message_sinks.messages("email")) == 1
