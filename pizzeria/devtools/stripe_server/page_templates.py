"""The payment page, as HTML: what is paid to whom, and the ways it can end. It needs no JavaScript."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.currencies import format_amount
from pizzeria.devtools.stripe_server.store import StripeObject

STYLE_PATH = "/c/page.css"
STYLE = Path(__file__).with_name("page.css")
SUBMIT_WORDS = {"book": "Book", "donate": "Donate"}  # by submit_type; otherwise "Pay"
NOTICE = "This page stands in for Stripe. No money moves, and no card is asked for."
DECLINE_BUTTONS = {"generic_decline": "Decline the card", "insufficient_funds": "Decline: not enough money"}


def payment_page(account: Account, session: StripeObject, intent: StripeObject | None) -> str:
    """Return the page of a session: the ways to pay if it is open, otherwise what has become of it."""
    match session["status"]:
        case "complete":
            closed, address = "This has been paid. You can close this page.", success_url(session)
        case "expired":
            closed, address = "This page has expired, and nothing was charged.", session["cancel_url"]
        case _:
            return _open_page(account, session, intent)
    way_back = f'<p><a href="{escape(address)}">Back to {escape(account.merchant)}</a></p>' if address else ""
    return _document(
        f"Payment to {account.merchant}", f"{_heading(account, session)}<p role=status>{closed}</p>{way_back}"
    )


def authentication_page(account: Account, session: StripeObject) -> str:
    """Return the page of the bank that asks for a confirmation."""
    return _document(
        "Confirm your payment",
        f"""<h1>Is this you?</h1>
        <p>Your bank asks you to confirm {_amount(session)} to {escape(account.merchant)} (3-D Secure).</p>
        {_form(session, {"confirm": "Confirm the payment", "abandon": "Abandon it"})}""",
    )


def error_page(message: str) -> str:
    return _document("Payment", f"<h1>Something went wrong</h1><p role=alert>{escape(message)}</p>")


def success_url(session: StripeObject) -> str:
    """Return the address to which a person goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def content_security_policy(session: StripeObject | None) -> str:
    """Return the policy of a page: our style, no script; forms may end at the shop, to which they redirect."""
    addresses = [session["success_url"], session["cancel_url"]] if session else []
    origins = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in addresses if address})
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join(["'self'", *origins])}"
    )


def _open_page(account: Account, session: StripeObject, intent: StripeObject | None) -> str:
    items = "".join(
        f"<tr><th scope=row>{item['quantity']} × {escape(item['description'])}</th>"
        f"<td>{format_amount(item['amount_total'], item['currency'])}</td></tr>"
        for item in session["_line_items"]
    )
    error = intent["last_payment_error"] if intent else None
    alert = f"<p role=alert>{escape(error['message'])} You can try again.</p>" if error else ""
    email = f"<p>Receipt to {escape(session['customer_email'])}</p>" if session["customer_email"] else ""
    pay = f"{SUBMIT_WORDS.get(session['submit_type'], 'Pay')} {_amount(session)}"
    cancel_url = session["cancel_url"]
    way_back = f'<p><a href="{escape(cancel_url)}">Back to {escape(account.merchant)}</a></p>' if cancel_url else ""
    return _document(
        f"Pay {account.merchant}",
        f"""{_heading(account, session)}
        {alert}
        <table><caption>What you pay for</caption><tbody>{items}</tbody></table>
        {email}
        {_form(session, {"pay": pay})}
        <h2>Or let it end in another way</h2>
        {_form(session, {"authenticate": "Ask my bank first (3-D Secure)", **DECLINE_BUTTONS})}
        {way_back}""",
    )


def _heading(account: Account, session: StripeObject) -> str:
    return f"<h1><small>{escape(account.merchant)}</small> {_amount(session)}</h1>"


def _form(session: StripeObject, buttons: dict[str, str]) -> str:
    """Return a form of buttons, each of which sends its name as `outcome`."""
    rows = "".join(
        f'<button name=outcome value="{outcome}">{escape(label)}</button>' for outcome, label in buttons.items()
    )
    return f'<form method=post action="/c/pay/{session["id"]}">{rows}</form>'


def _amount(session: StripeObject) -> str:
    return format_amount(session["amount_total"], session["currency"])


def _document(title: str, content: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>{escape(title)} – stand-in for Stripe</title>
  <link rel="stylesheet" href="{STYLE_PATH}">
</head>
<body>
  <header>{NOTICE}</header>
  <main>{content}</main>
</body>
</html>
"""
