"""Parsing of a realm's claims, which may have any shape."""

import pytest

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users import claims
from pizzeria.users.services.identities import create_user_from_claims

NO_EMAIL = [
    "ciro@example.com\r\nBcc: everybody@example.com",
    "Ciro <ciro@example.com>",
    "ciro@example.com, carla@example.com",
    "ciro",
    "ciro@",
    "ciro@localhost",
    "ciro@example." + "o" * 300,
    ["ciro@example.com"],
    7,
    None,
]


@pytest.mark.parametrize("claim", ["ciro@example.com", " ciro@example.com\n"])
def test_a_valid_e_mail_claim_is_returned_without_surrounding_whitespace(claim):
    assert claims.email({"email": claim}) == "ciro@example.com"


@pytest.mark.parametrize("claim", NO_EMAIL)
def test_a_malformed_e_mail_claim_leaves_the_users_e_mail_address_blank(db, claim):
    ciro = create_user_from_claims(issuer="https://example.com", subject="ciro", claims={"email": claim}, by=SYSTEM)

    assert ciro.email == ""
