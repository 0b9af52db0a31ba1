"""Money: decimals in the shop's one currency, rounded half-up to the cent."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def rounded(amount: Decimal) -> Decimal:
    """
    Round an amount to the cent, half-up: what a till does, and not the banker's rounding of `round()`.

    :param amount: in the shop's currency
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
