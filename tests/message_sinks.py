"""The servers at which messages of the tests arrive: the demo's own, in another process, with faults on request."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pizzeria.devtools.servers import message_sinks as servers
from pizzeria.devtools.servers.message_sinks import MessageSinks
from pizzeria.operations import mail_url

FROM = "Mario's Pizzeria <orders@pizzeria.example>"
PATIENCE = 25  # seconds for an answer: as long as the mailer waits at most, and more than a loaded machine takes
IN_VAIN = 5  # seconds for an answer that a fault prevents


@dataclass(frozen=True, slots=True)
class TestMessageSinks:
    """
    The message sinks of one test, without faults at first; this process waits long enough for their answers.

    :param settings: Django's settings for the length of the test
    """

    box: MessageSinks
    settings: Any

    def __post_init__(self):
        self.settings.DEFAULT_FROM_EMAIL = FROM
        self.behaves()

    @property
    def mail_url(self):
        return mail_url_of(self.box)

    @property
    def environment(self):
        """Return the variables that make a process of the shop send to these sinks."""
        return environment_of(self.box)

    def behaves(self, *, refused=(), **moments):
        """Replace the faults of the sinks, and set how long this process waits for an answer: see `Faults.change`."""
        self.box.faults.change(refused=refused, **moments)
        seconds = patience_for(moments)
        self.settings.MAILERS = mail_url.parse_mail_url(mail_url_of(self.box, seconds))
        self.settings.NOTIFY_SMS_URL = sms_url_of(self.box, seconds)

    def taken(self, kind=None, *, to=None):
        """Return the accepted messages, oldest first; those of one kind or recipient if they are given."""
        messages = reversed(self.box.store.newest_first())
        return [message for message in messages if kind in (None, message.kind) and to in (None, message.to)]


@contextmanager
def running(folder, settings):
    """Run message sinks for one test until the block ends; yield them."""
    with servers.running(home=folder) as box:
        yield TestMessageSinks(box, settings)


def patience_for(moments):
    """Return the seconds to wait for servers that behave like this: see `Faults.change`."""
    return IN_VAIN if {"hang", "silence"} & set(map(str, moments.values())) else PATIENCE


def environment_of(box, seconds=PATIENCE):
    """Return the variables that make a process of the shop send to these sinks, and wait so long for an answer."""
    return {"MAIL_URL": mail_url_of(box, seconds), "MAIL_FROM": FROM, "NOTIFY_SMS_URL": sms_url_of(box, seconds)}


def mail_url_of(box, seconds=PATIENCE):
    return f"{box.mail_url}&timeout={seconds}"


def sms_url_of(box, seconds=PATIENCE):
    return f"{box.sms_url}?cto={seconds}&rto={seconds}"
