"""The SMS channel against a real server, by apprise's plain JSON plugin and by its Twilio plugin."""

import io
import logging
import os
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from apprise.plugins.twilio import NotifyTwilio

from orders.notifications.channels import sms
from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage, OutcomeUnknown, Rejected, Unavailable
from tests.message_sinks import answer_timeout

ANNA = "+393331234567"
LETTER = OutboundMessage(
    id="notification-17", to=ANNA, subject="", text="Anna, your Margherita is ready – error=404. & <b>più</b>"
)
OUTCOMES = [
    ({"refused": [ANNA]}, Rejected),
    ({"SMS": 404}, Rejected),
    ({"SMS": 422}, Rejected),
    ({"SMS": 401}, Unavailable),
    ({"SMS": 429}, Unavailable),
    ({"SMS": 500}, Unavailable),
    ({"SMS": 503}, Unavailable),
    ({"SMS": 307}, Unavailable),
    ({"SMS": 504}, OutcomeUnknown),
    ({"SMS": "silence"}, OutcomeUnknown),
    ({"SMS": "drop"}, OutcomeUnknown),
]


@pytest.fixture(params=["plain", "twilio"])
def set_faults(request, message_sinks, settings, monkeypatch):
    """
    Return a function that sets how the provider answers and how long the channel waits for it: `behaves(SMS=500)`.

    The provider is reached by the plain plugin and by Twilio's in turn.
    """
    address = message_sinks.servers.sms_url
    if request.param == "twilio":
        monkeypatch.setattr(NotifyTwilio, "notify_sms_url", message_sinks.servers.sms_url.replace("json://", "http://"))
        address = f"twilio://AC{'0' * 32}:{'1' * 32}@+15550001111"

    def set_faults(**manners):
        message_sinks.set_faults(**manners)
        seconds = answer_timeout(manners)
        settings.NOTIFY_SMS_URL = f"{address}?cto={seconds}&rto={seconds}"

    set_faults()
    return set_faults


def test_the_text_of_an_sms_reaches_the_provider_unchanged(set_faults, message_sinks):
    assert sms.send(LETTER) == ""

    [received] = message_sinks.messages("sms")
    assert (received.to, received.text) == (ANNA, LETTER.text)


@pytest.mark.parametrize(("manners", "outcome"), OUTCOMES, ids=str)
def test_each_answer_of_the_sms_provider_has_an_outcome_without_personal_data(
    set_faults, message_sinks, manners, outcome
):
    set_faults(**manners)

    with pytest.raises(outcome) as raised:
        sms.send(LETTER)

    assert type(raised.value) is outcome
    assert not any(secret in str(raised.value) for secret in (ANNA, ANNA[1:], "Anna", "Margherita"))
    assert len(message_sinks.messages("sms")) == (manners["SMS"] in ("silence", "drop") if "SMS" in manners else 0)


def test_the_sms_provider_is_called_once_even_if_its_url_asks_for_retries(message_sinks, settings):
    settings.NOTIFY_SMS_URL += "&retry=3&wait=0"
    message_sinks.set_faults(SMS="drop")

    with pytest.raises(OutcomeUnknown):
        sms.send(LETTER)

    assert len(message_sinks.messages("sms")) == 1


@pytest.mark.parametrize("nobody", ["", "anna", "3331234567", "+39", "+1555", "+39333123456789012", f"{ANNA},{ANNA}"])
def test_an_invalid_phone_number_is_rejected_without_calling_the_sms_provider(message_sinks, nobody):
    with pytest.raises(Rejected):
        sms.send(OutboundMessage(id="notification-17", to=nobody, subject="", text="Ready"))

    assert message_sinks.messages() == []


def test_sending_an_sms_is_unavailable_where_no_server_listens(message_sinks, settings):
    with socket.socket() as held:  # no other process can take the port meanwhile
        held.bind(("127.0.0.1", 0))
        settings.NOTIFY_SMS_URL = f"json://127.0.0.1:{held.getsockname()[1]}/sms"

        with pytest.raises(Unavailable):
            sms.send(LETTER)


def test_the_sms_channel_is_configured_only_with_a_provider(message_sinks, settings):
    assert sms.is_configured()

    settings.NOTIFY_SMS_URL = ""
    assert not sms.is_configured()
    with pytest.raises(Unavailable):
        sms.send(LETTER)


@pytest.fixture
def written():
    """The log output of a test at level DEBUG, by any logger that propagates: `written()`."""
    paper, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(paper), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield paper.getvalue
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("manners", [{}, {"SMS": 500}, {"SMS": "drop"}, {"refused": [ANNA]}], ids=str)
def test_sending_an_sms_writes_no_personal_data_to_the_logs(set_faults, manners, written, capfd):
    set_faults(**manners)
    logging.getLogger("somebody").debug("Let us see.")

    with suppress(DeliveryFailed):
        sms.send(LETTER)

    output = written() + "".join(capfd.readouterr())
    assert "Let us see." in output
    assert not any(secret in output for secret in (ANNA, ANNA[1:], "Anna", "Margherita"))


def test_the_web_process_does_not_import_apprise():
    start = (
        "import sys, pizzeria.wsgi; print(*sorted({'apprise', 'orders.notifications.channels.sms'} & set(sys.modules)))"
    )

    completed = subprocess.run(
        [sys.executable, "-c", start], env=os.environ, capture_output=True, text=True, check=True
    )

    assert completed.stdout.split() == ["orders.notifications.channels.sms"]


def test_an_sms_provider_is_known_only_if_apprise_understands_its_url(settings):
    settings.NOTIFY_SMS_URL = "json://127.0.0.1/sms"
    assert sms.is_provider_known()

    settings.NOTIFY_SMS_URL = "pigeon://roof"
    assert not sms.is_provider_known()
