"""
The words of notices: templates/notifications/<kind>.txt has a part for each channel and a headline for all of them.

Plain text is written by an engine of its own, which escapes nothing; the HTML of an e-mail by the pages' engine.
"""

from dataclasses import asdict, dataclass

from django.template.loader import render_to_string

from orders.models import NotificationChannel, NotificationKind
from orders.selectors.basket import LineDetail

PLAIN_ENGINE = "plain"  # the engine's name, in settings.TEMPLATES


@dataclass(frozen=True, slots=True)
class MessageContext:
    """What the templates know; orders.checks refuses those that ask for more."""

    shop: str
    name: str
    number: int
    when: str  # "ready between 18:40 and 18:50", as the shop's clock shows it
    why: str  # of a cancelled order
    link: str  # to the order, with the shop's address
    total: str
    payment: str
    lines: tuple[LineDetail, ...] = ()  # e-mails alone show them


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    headline: str
    text: str
    html: str = ""


def render_message(kind: NotificationKind, channel: NotificationChannel, context: MessageContext) -> RenderedMessage:
    """
    Word a piece of news for a channel.

    :raises TemplateDoesNotExist: there are no words for this kind on this channel
    """
    said = asdict(context)
    headline, body = (_render_part(kind, part, said) for part in ("headline", channel))
    if channel != NotificationChannel.EMAIL:
        return RenderedMessage(" ".join(headline.split()), " ".join(body.split()))
    letter = {**said, "headline": headline, "paragraphs": _paragraphs(body)}
    return RenderedMessage(
        headline=headline,
        text=render_to_string("notifications/email.txt", letter, using=PLAIN_ENGINE).strip() + "\n",
        html=render_to_string("notifications/email.html", letter).strip() + "\n",
    )


def _render_part(kind: NotificationKind, part: str, said: dict[str, object]) -> str:
    return render_to_string(f"notifications/{kind}.txt#{part}", said, using=PLAIN_ENGINE).strip()


def _paragraphs(body: str) -> list[str]:
    """Take a text apart where a line is empty; nothing typed can hold one."""
    return [" ".join(paragraph.split()) for paragraph in body.split("\n\n")]
