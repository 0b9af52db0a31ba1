"""The currencies that the stand-in takes, with the smallest amount that Stripe charges in each."""

MINIMUM_CHARGES = {  # in minor units
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
MAXIMUM_CHARGE = 99_999_999  # in minor units of any currency
WITHOUT_MINOR_UNIT = {"jpy"}
SYMBOLS = {"eur": "€", "gbp": "£", "jpy": "¥", "usd": "$"}


def format_amount(amount: int, currency: str) -> str:
    """Format an amount in minor units for people: €12.99, 12.99 SEK."""
    number = f"{amount:,}" if currency in WITHOUT_MINOR_UNIT else f"{amount / 100:,.2f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"
