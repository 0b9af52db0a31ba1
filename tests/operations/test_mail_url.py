"""The mail server's address in the environment: encrypted unless somebody says otherwise."""

import pytest
from environs import ValidationError

from pizzeria.operations import mail_url


def options(url):
    return mail_url.parse_mail_url(url)["default"]["OPTIONS"]


def test_is_none_when_it_is_empty():
    assert mail_url.parse_mail_url("") == {}


def test_names_the_server_and_who_we_are_there():
    asked = options("smtp://mario%40pizza.example:four%2Fcheeses@mail.example:2525")

    assert (asked["host"], asked["port"]) == ("mail.example", 2525)
    assert (asked["username"], asked["password"]) == ("mario@pizza.example", "four/cheeses")


@pytest.mark.parametrize(
    ("url", "tls_later", "tls_at_once"),
    [
        ("smtp://mail.example", True, False),
        ("smtps://mail.example", False, True),
        ("smtp://mail.example?tls=no", False, False),
    ],
)
def test_is_encrypted_unless_it_says_otherwise(url, tls_later, tls_at_once):
    assert (options(url)["use_tls"], options(url)["use_ssl"]) == (tls_later, tls_at_once)


def test_says_how_long_to_wait():
    assert options("smtp://mail.example")["timeout"] == 10
    assert options("smtp://mail.example?timeout=2.5")["timeout"] == 2.5


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://secret@mail.example",
        "smtp://",
        "smtp://:secret@",
        "smtp://secret@mail.example:port",
        "smtp://mail.example:70000",
        "smtp://mail.example?tls=perhaps",
        "smtp://mail.example?timeout=soon",
        "smtp://mail.example?timeout=0",
        "smtp://mail.example?timeout=-1",
        "smtp://mail.example?timeout=nan",
        "smtp://mail.example?secret=1",
        "smtp://mail.example?secret",
        "smtp://[secret",
    ],
)
def test_is_refused_without_being_repeated(url):
    with pytest.raises(ValidationError) as complaint:
        mail_url.parse_mail_url(url)

    assert "secret" not in str(complaint.value)
