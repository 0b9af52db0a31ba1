"""E-mails about alerts: each manager is sent each alert once, whatever fails meanwhile, and is not flooded."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts import emails
from pizzeria.foundation.alerts import tasks as alert_tasks
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.models import Alert, AlertEmail, AlertEmailState
from pizzeria.foundation.alerts.services import acknowledge_alert, raise_alert, resolve_alert
from pizzeria.operations import mail_url
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.races.concurrency import all_at_once
from tests.shop import FRIDAY_NIGHT

FRIDGE = AlertKind("fridge_is_warm", gettext_lazy("Fridge %(number)s has %(degrees)d °C"))
SMOKE = AlertKind("smoke", gettext_lazy("Smoke"), again_after=timedelta(minutes=5))
MARIO, MARTA = "mario@pizzeria.example", "marta@pizzeria.example"
MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("message_sinks")]


@pytest.fixture(autouse=True)
def _recipients(change_shop):
    change_shop(alerts_email_to=f"{MARIO}, {MARTA}")


def raise_it(key="1", *, at=FRIDAY_NIGHT, degrees=12):
    raise_alert(FRIDGE, key=key, at=at, number=key, degrees=degrees)


def create(at=FRIDAY_NIGHT):
    return emails.create_alert_emails(by=SYSTEM, at=at)


def send_due(at=FRIDAY_NIGHT):
    """Do what the tasks do at a moment; return how many e-mails were due."""
    due = create(at)
    for email_id in due:
        emails.send_alert_email(email_id=email_id, by=SYSTEM, at=at)
    return len(due)


def states():
    return [*AlertEmail.objects.order_by("pk").values_list("state", flat=True)]


def test_each_address_gets_an_alert_once(message_sinks):
    raise_it()

    for minutes in (0, 0, 1, 59):
        send_due(FRIDAY_NIGHT + minutes * MINUTE)

    messages = message_sinks.messages("email")
    assert [message.to for message in messages] == [MARIO, MARTA]
    for message in messages:
        assert message.subject == "Mario's Pizzeria: Fridge 1 has 12 °C"
        assert message.text.splitlines()[:2] == ["Fridge 1 has 12 °C", "Since 20:00."]
        assert reverse("admin:index") in message.text
        assert reverse("admin:shop_shopsettings_changelist") in message.text


def test_alerts_of_the_same_moment_share_an_email(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it("1")
    raise_it("2", degrees=15)

    send_due()

    [message] = message_sinks.messages("email")
    assert message.subject == "Mario's Pizzeria: 2 alerts"
    assert message.text.index("Fridge 1 has 12 °C") < message.text.index("Fridge 2 has 15 °C")


def test_an_alert_that_is_counted_again_is_sent_again_after_an_hour_and_not_before(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it()
    sent = [send_due()]
    for minutes in (10, 59, 60, 90):
        raise_it(at=FRIDAY_NIGHT + minutes * MINUTE)
        sent.append(send_due(FRIDAY_NIGHT + minutes * MINUTE))

    assert sent == [1, 0, 0, 1, 0]
    assert "Since 20:00, 4 times." in message_sinks.messages("email")[1].text


def test_an_alert_that_is_not_counted_again_is_never_sent_again():
    raise_it()
    send_due()

    assert send_due(FRIDAY_NIGHT + timedelta(hours=11)) == 0


def test_the_next_alert_of_the_same_kind_waits_ten_minutes_and_only_if_it_is_still_open(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    for minutes in (0, 2, 4, 8):  # such as a network that comes and goes
        resolve_alert(FRIDGE, key="1", at=FRIDAY_NIGHT + minutes * MINUTE)
        raise_it(at=FRIDAY_NIGHT + minutes * MINUTE)
        send_due(FRIDAY_NIGHT + minutes * MINUTE)
    assert len(message_sinks.messages("email")) == 1

    send_due(FRIDAY_NIGHT + 10 * MINUTE)

    assert len(message_sinks.messages("email")) == 2


def test_an_email_that_expired_unsent_does_not_keep_back_the_next_alert(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it()
    [email_id] = create()
    resolve_alert(FRIDGE, key="1", at=FRIDAY_NIGHT)
    emails.send_alert_email(email_id=email_id, by=SYSTEM, at=FRIDAY_NIGHT)
    assert states() == [AlertEmailState.EXPIRED]

    raise_it(at=FRIDAY_NIGHT + MINUTE)
    send_due(FRIDAY_NIGHT + MINUTE)

    assert len(message_sinks.messages("email")) == 1


def test_an_alert_that_is_raised_anew_while_the_email_of_the_first_waits_is_sent_with_it(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it()
    create()
    resolve_alert(FRIDGE, key="1", at=FRIDAY_NIGHT)
    raise_it(at=FRIDAY_NIGHT)

    send_due()

    assert len(message_sinks.messages("email")) == 1


def test_many_alerts_of_a_kind_are_one_email_within_ten_minutes_and_what_is_open_then_another(
    message_sinks, change_shop
):
    change_shop(alerts_email_to=MARIO)
    for number in range(200):  # one a second
        at = FRIDAY_NIGHT + timedelta(seconds=number)
        raise_it(str(number), at=at)
        if number % 10 == 0:
            send_due(at)
    assert len(message_sinks.messages("email")) == 1

    send_due(FRIDAY_NIGHT + 10 * MINUTE)

    first, second = message_sinks.messages("email")
    assert first.subject == "Mario's Pizzeria: Fridge 0 has 12 °C"
    assert second.subject == "Mario's Pizzeria: 199 alerts"
    assert "Fridge 20 has" in second.text
    assert "Fridge 21 has" not in second.text
    assert "And 179 more." in second.text


def test_alerts_of_another_kind_do_not_wait(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it()
    send_due()

    raise_alert(SMOKE, at=FRIDAY_NIGHT + MINUTE)
    send_due(FRIDAY_NIGHT + MINUTE)

    assert [message.subject for message in message_sinks.messages("email")][1:] == ["Mario's Pizzeria: Smoke"]


def test_a_kind_of_alert_can_be_sent_again_sooner_if_it_is_counted(change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_alert(SMOKE, at=FRIDAY_NIGHT)
    sent = [send_due()]
    for minutes in (1, 4, 5, 20):
        if minutes < 20:
            raise_alert(SMOKE, at=FRIDAY_NIGHT + minutes * MINUTE)
        sent.append(send_due(FRIDAY_NIGHT + minutes * MINUTE))

    assert sent == [1, 0, 0, 1, 0]


def test_an_alert_that_is_acknowledged_or_has_ended_meanwhile_is_not_sent(message_sinks, kitchen):
    raise_it("1")
    raise_it("2")
    due = create()
    acknowledge_alert(alert_id=Alert.objects.get(key="1").pk, by=shop.hire(MANAGER), at=FRIDAY_NIGHT)
    emails.send_alert_email(email_id=due[0], by=SYSTEM, at=FRIDAY_NIGHT)
    resolve_alert(FRIDGE, key="2", at=FRIDAY_NIGHT)
    emails.send_alert_email(email_id=due[1], by=SYSTEM, at=FRIDAY_NIGHT)

    [message] = message_sinks.messages("email")
    assert message.subject == "Mario's Pizzeria: Fridge 2 has 12 °C"
    assert states() == [AlertEmailState.SENT, AlertEmailState.EXPIRED]


def test_an_alert_of_long_ago_is_not_sent_once_there_is_an_address(change_shop):
    change_shop(alerts_email_to="")
    raise_it()
    assert create() == []

    change_shop(alerts_email_to=MARIO)

    assert create(FRIDAY_NIGHT + emails.WORTH_SENDING) == []
    assert len(create(FRIDAY_NIGHT + MINUTE)) == 1


def test_a_shop_without_a_mail_server_creates_nothing(settings):
    settings.MAILERS = {}
    raise_it()

    assert create() == []
    assert not AlertEmail.objects.exists()


def test_an_email_is_sent_later_while_the_mail_server_is_away(message_sinks, settings, change_shop):
    change_shop(alerts_email_to=MARIO)
    working = settings.MAILERS
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:9/?timeout=1")
    raise_it()
    send_due()
    assert AlertEmail.objects.get().error.startswith("The mail server cannot be reached")

    settings.MAILERS = working
    assert send_due(FRIDAY_NIGHT + timedelta(seconds=1)) == 0
    send_due(FRIDAY_NIGHT + MINUTE)

    assert [message.to for message in message_sinks.messages("email")] == [MARIO]
    assert states() == [AlertEmailState.SENT]


def test_an_email_that_the_server_refuses_is_given_up_and_the_other_is_sent(message_sinks, sign_in, kitchen):
    message_sinks.set_faults(refused=[MARIO])
    raise_it()

    send_due()
    send_due(FRIDAY_NIGHT + timedelta(hours=1))

    assert [message.to for message in message_sinks.messages("email")] == [MARTA]
    assert states() == [AlertEmailState.DEAD, AlertEmailState.SENT]
    failed = Alert.objects.get(kind="alert_email_failed")
    assert str(failed) == "An e-mail about alerts was given up: The mail server answered 550 to the recipient."
    assert not failed.emails.exists()
    browser = sign_in(MANAGER)
    assert "1 dead: will not be tried again" in browser.get(reverse("admin:alerts_alert_changelist")).content.decode()
    alert = Alert.objects.get(kind=FRIDGE.code)
    page = browser.get(reverse("admin:alerts_alert_change", args=[alert.pk])).content.decode()
    assert f"{MARTA}: sent at" in page
    assert "The mail server answered 550 to the recipient." in page


def test_an_email_is_given_up_after_so_many_attempts(settings, change_shop):
    change_shop(alerts_email_to=MARIO)
    settings.MAILERS = mail_url.parse_mail_url("smtp://127.0.0.1:9/?timeout=1")
    raise_it()

    for number in range(emails.MAX_ATTEMPTS + 1):
        send_due(FRIDAY_NIGHT + number * emails.MAX_DELAY)

    email = AlertEmail.objects.get()
    assert (email.state, email.attempts) == (AlertEmailState.DEAD, emails.MAX_ATTEMPTS)
    assert Alert.objects.get(kind="alert_email_failed").times_seen == 1


def test_an_email_whose_worker_was_killed_is_sent_again_with_the_same_message_id(message_sinks, change_shop):
    change_shop(alerts_email_to=MARIO)
    raise_it()
    [email_id] = create()

    class Killed(BaseException):
        pass

    def kill():
        raise Killed

    with failpoints.armed("alerts.sent", kill), pytest.raises(Killed):
        emails.send_alert_email(email_id=email_id, by=SYSTEM, at=FRIDAY_NIGHT)
    assert send_due(FRIDAY_NIGHT + emails.LEASE - timedelta(seconds=1)) == 0
    send_due(FRIDAY_NIGHT + emails.LEASE)

    first, second = message_sinks.messages("email")
    assert first.message_id == second.message_id
    assert states() == [AlertEmailState.SENT]


@pytest.mark.django_db(transaction=True)
def test_an_alert_of_which_eight_sweeps_create_emails_at_once_is_sent_once_to_each(message_sinks):
    raise_it()

    all_at_once([partial(create)] * 8)
    due = [*AlertEmail.objects.values_list("pk", flat=True)]
    all_at_once([partial(emails.send_alert_email, email_id=due[0], by=SYSTEM, at=FRIDAY_NIGHT)] * 8)

    assert len(due) == 2
    assert [message.to for message in message_sinks.messages("email")] == [MARIO]


def test_the_sweep_queues_each_email_that_is_due(monkeypatch, tonight):
    queued = []
    monkeypatch.setattr(alert_tasks.send_alert_email, "apply_async", lambda **sent: queued.append(sent))
    raise_it()

    alert_tasks.queue_alert_emails()

    assert [sent["queue"] for sent in queued] == ["email", "email"]
    assert {sent["kwargs"]["email_id"] for sent in queued} == {*AlertEmail.objects.values_list("pk", flat=True)}


def test_rows_with_addresses_are_deleted_after_a_while():
    raise_it()
    create()

    emails.purge_alert_emails(before=FRIDAY_NIGHT + timedelta(seconds=1))

    assert not AlertEmail.objects.exists()
    assert Alert.objects.count() == 1
