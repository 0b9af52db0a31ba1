"""The servers at which messages of the tests arrive: the demo's own, in another process, with faults on request."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pizzeria.devtools.servers import message_sinks as sink_servers
from pizzeria.devtools.servers.message_sinks import MessageSinks
from pizzeria.operations import mail_url

FROM = "Mario's Pizzeria <orders@pizzeria.example>"
ANSWER_TIMEOUT = 25  # seconds for an answer: as long as the mailer waits at most, and more than a loaded machine takes
FAULT_TIMEOUT = 5  # seconds for an answer that a fault prevents


@dataclass(frozen=True, slots=True)
class TestMessageSinks:
    """
    The message sinks of one test, without faults at first; this process waits long enough for their answers.

    :param settings: Django's settings for the length of the test
    """

    servers: MessageSinks
    settings: Any

    def __post_init__(self):
        self.settings.DEFAULT_FROM_EMAIL = FROM
        self.set_faults()

    @property
    def mail_url(self):
        return mail_url_of(self.servers)

    @property
    def environment(self):
        """Return the variables that make a process of the shop send to these sinks."""
        return environment_of(self.servers)

    def set_faults(self, *, refused=(), **steps):
        """Replace the faults of the sinks, and set how long this process waits for an answer: see `Faults.change`."""
        self.servers.faults.change(refused=refused, **steps)
        seconds = answer_timeout(steps)
        self.settings.MAILERS = mail_url.parse_mail_url(mail_url_of(self.servers, seconds))
        self.settings.NOTIFY_SMS_URL = sms_url_of(self.servers, seconds)

    def messages(self, kind=None, *, to=None):
        """Return the accepted messages, oldest first; those of one kind or recipient if they are given."""
        messages = reversed(self.servers.store.newest_first())
        return [message for message in messages if kind in (None, message.kind) and to in (None, message.to)]


@contextmanager
def running_message_sinks(folder, settings):
    """Run message sinks for one test until the block ends; yield them."""
    with sink_servers.running(home=folder) as servers:
        yield TestMessageSinks(servers, settings)


def answer_timeout(steps):
    """Return the seconds to wait for servers that behave like this: see `Faults.change`."""
    return FAULT_TIMEOUT if {"hang", "silence"} & set(map(str, steps.values())) else ANSWER_TIMEOUT


def environment_of(servers, seconds=ANSWER_TIMEOUT):
    """Return the variables that make a process of the shop send to these sinks, and wait so long for an answer."""
    return {
        "MAIL_URL": mail_url_of(servers, seconds),
        "MAIL_FROM": FROM,
        "NOTIFY_SMS_URL": sms_url_of(servers, seconds),
    }


def mail_url_of(servers, seconds=ANSWER_TIMEOUT):
    return f"{servers.mail_url}&timeout={seconds}"


def sms_url_of(servers, seconds=ANSWER_TIMEOUT):
    return f"{servers.sms_url}?cto={seconds}&rto={seconds}"
