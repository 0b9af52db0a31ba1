"""Rendering of the e-mail with the figures of a business day."""

from dataclasses import asdict
from datetime import date, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.reports.attention import concerns
from orders.reports.daily_email.document import document_of, render_pdf
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.mail.outbound import Attachment, OutboundMessage

PLAIN_ENGINE = "plain"  # the engine's name, in settings.TEMPLATES


def render_email(*, id: str, to: str, day: date, at: datetime) -> OutboundMessage:
    """
    Return the e-mail of a business day, with its PDF.

    :param id: the same whenever it is sent again
    :param at: the present moment: what needs a hand is what does now
    :raises PdfNotMade: the PDF cannot be made
    """
    document = document_of(day, at=at)
    variables = {
        **asdict(document),
        "groups": concerns(by=SYSTEM, at=at),
        "link": urljoin(settings.SHOP_ORIGIN, reverse("admin:index")),
        "settings_link": urljoin(settings.SHOP_ORIGIN, reverse("admin:shop_shopsettings_changelist")),
    }
    return OutboundMessage(
        id=id,
        to=to,
        subject=_("%(shop)s: figures of %(day)s") % {"shop": document.shop_name, "day": document.day},
        text=render_to_string("reports/daily_email.txt", variables, using=PLAIN_ENGINE).strip() + "\n",
        html=render_to_string("reports/daily_email.html", variables).strip() + "\n",
        attachments=(Attachment(pdf_name(day), render_pdf(document, day=day), "application/pdf"),),
    )


def pdf_name(day: date) -> str:
    return f"figures-{day.isoformat()}.pdf"
