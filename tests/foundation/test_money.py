from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from pizzeria.foundation.money import AmountFormField, format_amount, from_minor_units, rounded

AMOUNTS = st.decimals(min_value=-100_000, max_value=100_000, places=6)


def test_half_a_cent_is_rounded_up():
    assert rounded(Decimal("20.785")) == Decimal("20.79")


def test_half_a_cent_is_not_rounded_to_the_even_cent():
    assert rounded(Decimal("0.125")) == Decimal("0.13")
    assert round(Decimal("0.125"), 2) == Decimal("0.12")


def test_less_than_half_a_cent_is_rounded_down():
    assert rounded(Decimal("20.784999")) == Decimal("20.78")


def test_a_rounded_amount_is_written_with_two_decimal_places():
    assert str(rounded(Decimal(13))) == "13.00"


@given(AMOUNTS)
def test_a_rounded_amount_is_the_nearest_cent_and_away_from_zero_in_the_middle(amount):
    cents = abs(amount) * 100
    whole = int(cents) + (1 if cents - int(cents) >= Decimal("0.5") else 0)

    assert abs(rounded(amount)) == Decimal(whole) / 100
    assert rounded(amount) * amount >= 0


@given(AMOUNTS)
def test_rounding_a_rounded_amount_changes_nothing(amount):
    assert rounded(rounded(amount)) == rounded(amount)


@pytest.mark.parametrize(("currency", "nearest", "shown"), [("JPY", "1300", "¥1,300"), ("EUR", "1299.50", "€1,299.50")])
def test_an_amount_is_rounded_half_up_to_the_minor_unit_of_the_currency_and_shown_like_that(
    settings, currency, nearest, shown
):
    settings.SHOP_CURRENCY = currency

    assert str(rounded(Decimal("1299.4999" if currency == "EUR" else "1299.5"))) == nearest
    assert format_amount(Decimal("1299.50")) == shown


def test_half_a_yen_is_shown_as_it_is_charged(settings):
    settings.SHOP_CURRENCY = "JPY"

    assert format_amount(Decimal("2.50")) == "¥3"


def test_an_amount_of_minor_units_has_the_decimals_of_the_currency(settings):
    assert str(from_minor_units(250)) == "2.50"
    settings.SHOP_CURRENCY = "JPY"
    assert str(from_minor_units(250)) == "250"


@pytest.mark.parametrize(
    ("currency", "typed", "message"),
    [
        ("EUR", "12.995", "At most 2 decimals, please."),
        ("EUR", "10000000000", "€9,999,999,999.99 at most, please."),
        ("EUR", "1e400", "An amount such as 2.50, please."),
        ("EUR", "1e2", "An amount such as 2.50, please."),
        ("EUR", "1_2.99", "An amount such as 2.50, please."),
        ("EUR", "٣.٥٠", "An amount such as 2.50, please."),
        ("JPY", "1300.5", "A whole amount, please."),
        ("JPY", "10000000000", "¥9,999,999,999 at most, please."),
    ],
)
def test_an_amount_that_the_currency_does_not_have_is_refused_with_a_sentence(settings, currency, typed, message):
    settings.SHOP_CURRENCY = currency

    with pytest.raises(ValidationError) as refused:
        AmountFormField().clean(typed)

    assert refused.value.messages == [message]


@pytest.mark.parametrize(
    ("currency", "stored", "shown"), [("EUR", "12.90", "12.90"), ("JPY", "1300.00", "1300"), ("JPY", "12.50", "12.50")]
)
def test_a_stored_amount_is_shown_in_a_form_with_the_decimals_of_the_currency(settings, currency, stored, shown):
    settings.SHOP_CURRENCY = currency

    assert str(AmountFormField().prepare_value(Decimal(stored))) == shown
