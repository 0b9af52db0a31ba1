"""MAIL_URL, the mail server's URL in the environment."""

import pytest
from environs import ValidationError

from pizzeria.operations import mail_url


def options(url):
    return mail_url.parse_mail_url(url)["default"]["OPTIONS"]


def test_an_empty_mail_url_means_no_mail_server():
    assert mail_url.parse_mail_url("") == {}


def test_a_mail_url_names_the_server_and_the_credentials():
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
def test_the_mail_connection_is_encrypted_unless_the_mail_url_says_otherwise(url, tls_later, tls_at_once):
    assert (options(url)["use_tls"], options(url)["use_ssl"]) == (tls_later, tls_at_once)


def test_a_mail_url_may_set_the_timeout_which_is_ten_seconds_by_default():
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
def test_an_invalid_mail_url_is_refused_and_not_repeated_in_the_error(url):
    with pytest.raises(ValidationError) as complaint:
        mail_url.parse_mail_url(url)

    assert "secret" not in str(complaint.value)
