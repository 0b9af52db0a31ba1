"""How long these tests wait for answers of the postbox: long, but for where it is told to give none."""

from dataclasses import dataclass
from typing import Any

import pytest

from pizzeria.operations import mail_url
from tests.message_sinks import TestMessageSinks

PATIENCE = 25  # seconds: as long as the mailer waits at most, and more than an answer takes on a loaded machine
IN_VAIN = 5


def patience_for(moments):
    """Return the seconds to wait for a server that behaves like this: see `Faults.change`."""
    return IN_VAIN if {"hang", "silence"} & set(map(str, moments.values())) else PATIENCE


@dataclass(frozen=True, slots=True)
class PatientPost(TestMessageSinks):
    settings: Any

    @property
    def mail_url(self):
        return f"{self.box.mail_url}&timeout={PATIENCE}"

    @property
    def sms_url(self):
        return f"{self.box.sms_url}?cto={PATIENCE}&rto={PATIENCE}"

    def behaves(self, *, refused=(), **moments):
        """Change how it behaves, and how long this process waits for that."""
        TestMessageSinks.behaves(self, refused=refused, **moments)
        seconds = patience_for(moments)
        self.settings.MAILERS = mail_url.parse_mail_url(f"{self.box.mail_url}&timeout={seconds}")
        self.settings.NOTIFY_SMS_URL = f"{self.box.sms_url}?cto={seconds}&rto={seconds}"


@pytest.fixture
def post(post, settings):
    patient = PatientPost(post.box, settings)
    patient.behaves()
    return patient
