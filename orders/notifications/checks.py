"""
System checks: the SMS provider is known; every notification can be rendered on each of its channels, and uses only
fields that exist.

Each template is rendered with its optional fields filled and blank. Without this check, the first to notice a typing
error in a template would be a guest who reads "Your order # is ready".
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from menu.selectors import DeclarationSummary
from orders.notifications.channels import sms
from orders.notifications.models import NotificationChannel, NotificationKind
from orders.notifications.rendering import PLAIN_ENGINE, MessageContext, render_message
from orders.notifications.rules import RULES
from orders.selectors.basket import LineDetail
from orders.totals import Adjustment, AdjustmentKind, TaxedAmount, totals_of

MILK = DeclarationSummary(diet_labels=(), allergens=("milk",), is_complete=True)
PEPPERONI = LineDetail("Pepperoni", "Large", ["Olives"], ["Basil"], 1, Decimal("29.68"), Decimal("29.68"), MILK)
COLA = LineDetail("Cola", "", [], [], 1, Decimal("3.20"), Decimal("3.20"), None)
SAMPLE_CONTEXT = MessageContext(
    shop="Mario's Pizzeria",
    shop_address="Via Tuscolana 40, 00182 Roma",
    shop_phone="+39 06 555 0123",
    pickup_address="Via Tuscolana 40, 00182 Roma",
    greeting="Hi Anna Bianchi!",
    number=42,
    promise="ready between 18:40 and 18:50",
    short_promise="18:40-18:50",
    wanted="Sat 21 Nov, 18:40",
    reason="We are sorry: something in it ran out.",
    link="https://pizza.example/orders/",
    total="€29.68",
    payment="Cash, at the counter",
    refund="€29.68",
    refund_reason="it was paid after it was cancelled",
    is_by_card=True,
    lines=(PEPPERONI,),
    totals=totals_of(
        [TaxedAmount(Decimal("29.68"), Decimal(10))],
        adjustments=[Adjustment(kind=AdjustmentKind.TIP, code="", amount=Decimal("2.00"), tax_rate=None)],
        tax_included=False,
    ),
)
WITHOUT_OPTIONS = replace(SAMPLE_CONTEXT, shop_address="", shop_phone="", pickup_address="", wanted="", lines=(COLA,))
# Templates test optional fields, so each template is rendered with and without them.
BLANK_CONTEXT = replace(
    SAMPLE_CONTEXT,
    greeting="",
    promise="",
    short_promise="",
    wanted="",
    reason="",
    link="",
    total="",
    payment="",
    is_by_card=False,
)


@register
def check_sms_provider(**_: Any) -> list[CheckMessage]:
    """Return an error for a `NOTIFY_SMS_URL` that apprise does not understand, without repeating the password in it."""
    if not sms.is_configured() or sms.is_provider_known():
        return []
    return [
        Error(
            "apprise cannot parse NOTIFY_SMS_URL.",
            hint="See https://appriseit.com/services/ for your provider's. The guest's number is added at its end.",
            id="notifications.E010",
        )
    ]


@register(Tags.templates)
def check_notification_templates(**_: Any) -> list[CheckMessage]:
    """Return an error for each template that is missing or broken, and for each unknown field that a template uses."""
    kinds = [rule.kind for rule in RULES.values()]
    emails = [("notifications/email.txt", PLAIN_ENGINE), ("notifications/email.html", None)]
    wrong = [_load_error(*each) for each in [*((f"notifications/{kind}.txt", PLAIN_ENGINE) for kind in kinds), *emails]]
    if any(wrong):
        return [error for error in wrong if error]
    used = [(rule.kind, channel) for rule in RULES.values() for channel in rule.channels]
    errors = {error.msg: error for kind, channel in used for error in _template_errors(kind, channel)}
    return list(errors.values())


def _load_error(name: str, engine: str | None) -> CheckMessage | None:
    try:
        get_template(name, using=engine)
    except TemplateDoesNotExist:
        return _missing_template_error(name)
    except TemplateSyntaxError as error:
        return Error(f"The template {name} cannot be read: {error}", id="notifications.E002")
    return None


def _template_errors(kind: NotificationKind, channel: NotificationChannel) -> list[CheckMessage]:
    with _collect_unknown_fields() as unknown:
        try:
            for context in (SAMPLE_CONTEXT, WITHOUT_OPTIONS, BLANK_CONTEXT):
                render_message(kind, channel, context)
        except TemplateDoesNotExist as missing:
            return [_missing_template_error(str(missing))]
    # Django reports a partial by its bare name.
    return [
        _unknown_field_error(template if "/" in template else f"notifications/{kind}.txt#{template}", field)
        for template, field in sorted(unknown)
    ]


def _missing_template_error(template: str) -> CheckMessage:
    return Error(f"There is no template {template}.", id="notifications.E001")


def _unknown_field_error(template: str, field: str) -> CheckMessage:
    hint = "The fields are those of orders.notifications.rendering.MessageContext."
    return Error(
        f"The template {template} asks for {field}, which no notification has.", hint=hint, id="notifications.E003"
    )


@contextmanager
def _collect_unknown_fields() -> Iterator[set[tuple[str, str]]]:
    """Collect (template, field) of each unknown field used in the block; Django reports them in its log only."""
    log, handler = logging.getLogger("django.template"), _UnknownFieldHandler()
    level, propagates = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield handler.found
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = propagates


class _UnknownFieldHandler(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        assert isinstance(record.args, tuple)
        field, template = record.args
        self.found.add((str(template), str(field)))
