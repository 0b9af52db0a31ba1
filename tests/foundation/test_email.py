"""The e-mail channel, against a real mail server."""

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
from tests.message_sinks import PATIENCE

LETTER = OutboundMessage(
    id="notification-17",
    to="anna@example.com",
    subject="Order #7 is ready",
    text="Your Margherita is waiting for you – è pronta!",
    html="<p>Your <b>Margherita</b> is waiting for you – è pronta!</p>",
)


def letter(**changes):
    return OutboundMessage(**{name: getattr(LETTER, name) for name in LETTER.__slots__} | changes)


def test_hands_over_text_and_html_under_an_id_of_its_own(post, settings):
    settings.SHOP_ORIGIN = "https://pizza.example:8443"

    assert email.send(LETTER) == "<notification-17@pizza.example>"

    [taken] = post.taken("email")
    assert (taken.to, taken.subject, taken.letter) == (LETTER.to, LETTER.subject, "<notification-17@pizza.example>")
    assert (taken.text.strip(), taken.html.strip()) == (LETTER.text, LETTER.html)


def test_gives_a_letter_that_is_sent_again_the_same_id(post):
    assert email.send(LETTER) == email.send(LETTER)

    first, second = post.taken("email")
    assert first.letter == second.letter


def test_can_do_without_html(post):
    email.send(letter(html=""))

    [taken] = post.taken("email")
    assert (taken.text.strip(), taken.html) == (LETTER.text, "")


def test_is_open_when_there_is_a_mail_server(post, settings):
    assert email.is_configured()

    settings.MAILERS = mail_url.parse_mail_url("")
    assert not email.is_configured()
    with pytest.raises(Unavailable):
        email.send(LETTER)


@pytest.mark.parametrize(
    "nobody",
    ["", "anna", "anna@", "anna bianchi@example.com", "anna@example.com, bea@example.com", "ànna@example.com",
     "anna@example.com\nBcc: bea@example.com", "anna@example.com\r\nBcc: bea@example.com"],
)  # fmt: skip
def test_refuses_what_cannot_be_an_address_without_asking(post, nobody):
    with pytest.raises(Rejected) as told:
        email.send(letter(to=nobody))

    assert told.value.__suppress_context__  # Django's complaint holds the address
    assert post.taken() == []


def test_lets_no_line_break_into_a_header(post):
    email.send(letter(subject="Ready\r\nBcc: bea@example.com\n\nfor you"))

    [taken] = post.taken("email")
    assert taken.subject == "Ready Bcc: bea@example.com for you"
    assert taken.to == LETTER.to


@pytest.mark.parametrize(
    ("manners", "outcome"),
    [
        ({"refused": [LETTER.to]}, Rejected),
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
def test_tells_what_became_of_a_letter_and_nothing_about_anybody(post, manners, outcome):
    post.behaves(**manners)

    with pytest.raises(outcome) as told:
        email.send(LETTER)

    assert type(told.value) is outcome
    assert LETTER.to not in str(told.value)
    assert told.value.__suppress_context__
    assert len(post.taken("email")) == (outcome is OutcomeUnknown)


def test_is_unavailable_where_nobody_listens(post, settings):
    with socket.socket() as held:  # nobody else gets the port meanwhile
        held.bind(("127.0.0.1", 0))
        settings.MAILERS = mail_url.parse_mail_url(f"smtp://127.0.0.1:{held.getsockname()[1]}?tls=no")

        with pytest.raises(Unavailable):
            email.send(LETTER)


def test_is_unavailable_where_somebody_listens_and_says_nothing(post, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.MAILERS = mail_url.parse_mail_url(f"smtp://127.0.0.1:{mute.getsockname()[1]}?tls=no&timeout=1")

        with pytest.raises(Unavailable):
            email.send(LETTER)


def test_says_no_word_in_plain_to_a_server_that_should_speak_tls(post, settings):
    settings.MAILERS = mail_url.parse_mail_url(re.sub(r"tls=no", "tls=yes", post.mail_url))

    with pytest.raises(Unavailable):
        email.send(LETTER)

    assert post.taken() == []


@pytest.fixture
def certificate(tmp_path):
    """A certificate that nobody vouches for, with its key."""
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


def test_is_unavailable_where_somebody_shows_a_certificate_nobody_vouches_for(post, settings, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def greet(listening):
        with suppress(OSError):
            context.wrap_socket(listening.accept()[0], server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as impostor:
        impostor.settimeout(PATIENCE)  # its thread ends, whatever becomes of the test
        greeting = threading.Thread(target=greet, args=[impostor])
        greeting.start()
        settings.MAILERS = mail_url.parse_mail_url(f"smtps://127.0.0.1:{impostor.getsockname()[1]}?timeout={PATIENCE}")

        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            email.send(LETTER)
        greeting.join()


def test_counts_as_taken_when_only_the_goodbye_goes_unanswered(post):
    post.behaves(QUIT="hang")

    email.send(LETTER)

    assert len(post.taken("email")) == 1
