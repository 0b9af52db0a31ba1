"""
Rendering of messages: templates/notifications/<kind>.txt has a part for each channel and a headline for all of them.

Plain text is rendered by an engine of its own, which escapes nothing; the HTML of an e-mail by the pages' engine.
"""

from dataclasses import asdict, dataclass

from django.template.loader import render_to_string

from orders.models.phone_proof import CODE_MINUTES
from orders.notifications.models import NotificationChannel, NotificationKind
from orders.selectors.basket import LineDetail
from orders.totals import Totals

PLAIN_ENGINE = "plain"  # the engine's name, in settings.TEMPLATES


@dataclass(frozen=True, slots=True)
class MessageContext:
    """Variables of the templates; `orders.notifications.checks` reports templates that use others."""

    shop: str
    shop_address: str
    shop_phone: str
    pickup_address: str  # blank: a delivery, or a shop that has given none, or a long one
    greeting: str  # "Hi Anna!"
    number: int
    promise: str  # "ready between 18:40 and 18:50", with the date if it is not the day of the order
    short_promise: str  # "18:40-18:50", or "Sat 10:37-10:47", for an SMS
    wanted: str  # "19:30", or "Sat 21 Nov, 19:30": the time of an order for later; else blank
    reason: str  # why the order was cancelled; else blank
    link: str  # to the order, an absolute URL
    total: str
    payment: str
    refund: str = ""  # the amount of the event's refund; else blank
    refund_reason: str = ""
    is_by_card: bool = False  # how the order is paid
    lines: tuple[LineDetail, ...] = ()  # for e-mails only, like the totals
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    headline: str
    text: str
    html: str = ""


def render_message(kind: NotificationKind, channel: NotificationChannel, context: MessageContext) -> RenderedMessage:
    """
    Render a kind of notification for a channel.

    :raises TemplateDoesNotExist: there is no text for this kind on this channel
    """
    variables = asdict(context)
    headline, body = (_render_part(kind, part, variables) for part in ("headline", channel))
    if channel != NotificationChannel.EMAIL:
        return RenderedMessage(" ".join(headline.split()), " ".join(body.split()))
    email_variables = {**variables, "headline": headline, "paragraphs": _paragraphs(body)}
    return RenderedMessage(
        headline=headline,
        text=render_to_string("notifications/email.txt", email_variables, using=PLAIN_ENGINE).strip() + "\n",
        html=render_to_string("notifications/email.html", email_variables).strip() + "\n",
    )


def render_phone_code(*, shop: str, code: str) -> str:
    """Return the text of the SMS with the code by which a guest proves a phone number."""
    variables = {"shop": shop, "code": code, "minutes": CODE_MINUTES}
    return " ".join(render_to_string("notifications/phone_code.txt", variables, using=PLAIN_ENGINE).split())


def _render_part(kind: NotificationKind, part: str, variables: dict[str, object]) -> str:
    return render_to_string(f"notifications/{kind}.txt#{part}", variables, using=PLAIN_ENGINE).strip()


def _paragraphs(body: str) -> list[str]:
    """Split a text at its empty lines; free text cannot contain one."""
    return [" ".join(paragraph.split()) for paragraph in body.split("\n\n")]
