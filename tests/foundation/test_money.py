from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pizzeria.foundation.money import rounded

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
