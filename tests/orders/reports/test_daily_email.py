"""The daily e-mail: what is in it, and that each address gets one of each day, whatever fails meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from orders import services as order_services
from orders.reports.daily_email import services
from orders.reports.daily_email.document import document_of, render_pdf
from orders.reports.daily_email.models import DailyEmail, DailyEmailState
from orders.reports.daily_email.rendering import render_email
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.mail.addresses import refuse_invalid_addresses
from pizzeria.operations import mail_url
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.orders.payments.pdf_text import text_of
from tests.shop import FRIDAY_NIGHT

FRIDAY = clock.business_date(FRIDAY_NIGHT)
DAY_ENDED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 04:00 on the shop's wall clock
MORNING = DAY_ENDED + timedelta(hours=2)
MARIO, MARTA = "mario@pizzeria.example", "marta@pizzeria.example"

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture(autouse=True)
def _recipients(change_shop):
    change_shop(daily_email_to=f"{MARIO}, {MARTA}")


@pytest.fixture
def sold(chef):
    """An order of two Margheritas and two colas that was handed over on Friday."""
    order = shop.cooked(shop.place(shop.basket_of(shop.pizza(), shop.simple_item(), quantity=2)), by=chef)
    return order_services.hand_over(ref=order.ref, by=chef, at=FRIDAY_NIGHT)


def create(at=MORNING):
    return services.create_daily_emails(by=SYSTEM, at=at)


def send_due(at=MORNING):
    """Do what the tasks do at a moment."""
    for email_id in create(at):
        services.send_daily_email(email_id=email_id, by=SYSTEM, at=at)


def states():
    return [*DailyEmail.objects.order_by("pk").values_list("state", flat=True)]


def test_each_address_gets_yesterdays_figures_with_the_pdf_attached(sold, message_sinks):
    send_due()

    messages = message_sinks.messages("email")
    assert [message.to for message in messages] == [MARIO, MARTA]
    for message in messages:
        assert message.subject == "Mario's Pizzeria: figures of Friday 20 November 2026"
        for text in (message.text, message.html):
            assert "Compared with Friday 13 November" in text
            assert "€32.38" in text
            assert "Margherita" in text
            assert reverse("admin:shop_shopsettings_changelist") in text
    assert states() == [DailyEmailState.SENT] * 2


def test_an_email_has_the_pdf_and_two_readable_parts(sold):
    message = render_email(id="1", to=MARIO, day=FRIDAY, at=MORNING)

    [pdf] = message.attachments
    assert (pdf.name, pdf.media_type) == ("figures-2026-11-20.pdf", "application/pdf")
    text = text_of(pdf.content)
    assert "Figures of the day: Friday 20 November 2026" in text
    assert "€32.38" in text
    assert "Margherita" in text
    assert "<" not in message.text


def test_the_pdf_of_the_same_figures_has_the_same_bytes_each_time(sold):
    first, second = (
        render_pdf(document_of(FRIDAY, at=at), day=FRIDAY) for at in (MORNING, MORNING + timedelta(days=3))
    )

    assert first == second


def test_a_day_without_an_order_is_told_too(message_sinks):
    send_due()

    [message, _other] = message_sinks.messages("email")
    assert "Orders: 0" in message.text
    assert text_of(render_pdf(document_of(FRIDAY, at=MORNING), day=FRIDAY))


def test_what_needs_a_hand_comes_first(message_sinks):
    late = shop.place()

    send_due()

    message = message_sinks.messages("email")[0]
    assert f"#{late.number} of Fri 20 Nov was confirmed at Fri 20 Nov, 20:00 and is not started." in message.text
    assert message.text.index("Waiting too long") < message.text.index("Orders:")
    assert message.html.index("Waiting too long") < message.html.index(">Orders<")


def test_a_name_in_the_figures_is_text_and_never_markup(sold, change_shop, message_sinks):
    sold.lines.filter(slug="margherita").update(name="#panic[]<script>")

    send_due()

    assert "<script>" not in message_sinks.messages("email")[0].html


def test_nothing_is_sent_before_the_business_day_has_ended_for_two_hours(message_sinks):
    for at in (FRIDAY_NIGHT + timedelta(hours=6), DAY_ENDED, MORNING - timedelta(seconds=1)):
        create(at)

    assert not DailyEmail.objects.filter(business_date=FRIDAY).exists()


def test_the_figures_of_a_day_are_sent_once_however_often_the_task_runs(message_sinks):
    for minutes in (0, 0, 5, 600):
        send_due(MORNING + timedelta(minutes=minutes))

    assert len(message_sinks.messages("email")) == 2


def test_the_database_refuses_a_second_email_of_a_day_to_the_same_address(message_sinks):
    create()

    with pytest.raises(IntegrityError, match="daily_email_once"), transaction.atomic():
        DailyEmail.objects.create(business_date=FRIDAY, recipient=MARIO, created_at=MORNING, due_at=MORNING)


def test_an_email_that_is_being_sent_is_claimed_by_no_other_worker_until_its_lease_ends(message_sinks):
    [first, _second] = create()
    claimed = services.claim_daily_email(email_id=first, by=SYSTEM, at=MORNING)

    assert claimed.recipient == MARIO
    for at, expected in ((MORNING + timedelta(seconds=119), None), (MORNING + services.LEASE, claimed)):
        assert services.claim_daily_email(email_id=first, by=SYSTEM, at=at) == expected


def test_an_email_is_sent_later_while_the_mail_server_is_away(message_sinks, settings):
    working = settings.MAILERS
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:9/?timeout=1")
    send_due()
    assert states() == [DailyEmailState.QUEUED] * 2
    assert DailyEmail.objects.first().error.startswith("The mail server cannot be reached")

    settings.MAILERS = working
    send_due(MORNING + timedelta(minutes=2))

    assert sorted(message.to for message in message_sinks.messages("email")) == [MARIO, MARTA]
    assert states() == [DailyEmailState.SENT] * 2


def test_an_email_that_the_server_refuses_is_given_up_with_an_alert_and_the_others_are_sent(message_sinks):
    message_sinks.set_faults(refused=[MARIO])

    send_due()
    send_due(MORNING + timedelta(hours=1))

    assert [message.to for message in message_sinks.messages("email")] == [MARTA]
    assert states() == [DailyEmailState.DEAD, DailyEmailState.SENT]
    assert "The e-mail with the figures of 2026-11-20 was not sent" in str(Alert.objects.get())
    assert MARIO not in str(Alert.objects.get().parameters)


def test_figures_of_a_day_long_past_are_not_sent_any_more(message_sinks):
    create()

    send_due(DAY_ENDED + services.WORTH_SENDING)

    assert message_sinks.messages("email") == []
    assert states() == [DailyEmailState.EXPIRED] * 2
    assert Alert.objects.count() == 2


def test_a_shop_without_addresses_or_without_a_mail_server_sends_nothing(change_shop, message_sinks, settings):
    change_shop(daily_email_to="")
    assert create() == []

    change_shop(daily_email_to=MARIO)
    settings.MAILERS = {}
    assert create() == []


def test_rows_with_addresses_are_deleted_after_a_while(message_sinks):
    create()

    services.purge_daily_emails(before=MORNING + timedelta(seconds=1))

    assert not DailyEmail.objects.exists()


def test_a_manager_previews_yesterdays_pdf(sign_in, sold, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MORNING)

    preview = sign_in(MANAGER).get(reverse("admin:yesterday_pdf"))

    assert preview.headers["Content-Type"] == "application/pdf"
    assert "Friday 20 November 2026" in text_of(preview.content)


def test_the_preview_is_closed_to_cooks(sign_in):
    assert sign_in(KITCHEN).get(reverse("admin:yesterday_pdf")).status_code in {302, 403}


@pytest.mark.parametrize("typed", ["", " ", MARIO, f"{MARIO};{MARTA}\n", f" {MARIO} ,, {MARTA} "])
def test_a_list_of_addresses_may_be_typed_in_any_of_the_usual_ways(typed):
    refuse_invalid_addresses(typed)


def test_an_invalid_address_is_named():
    with pytest.raises(ValidationError, match="“mario” does not look like an e-mail address"):
        refuse_invalid_addresses("mario at pizzeria.example")
