"""Where messages of the tests arrive: the demo's own servers in a process of their own, told to misbehave by a test."""

from contextlib import contextmanager
from dataclasses import dataclass

from pizzeria.devtools.servers import message_sinks as servers
from pizzeria.devtools.servers.message_sinks import MessageSinks
from pizzeria.operations import mail_url

FROM = "Mario's Pizzeria <orders@pizzeria.example>"
TIMEOUT_SECONDS = 10  # seconds for an answer: more than a loaded machine takes, and as long as a test of silence waits


@dataclass(frozen=True, slots=True)
class TestMessageSinks:
    """The postbox of one test: empty and well-behaved at its beginning."""

    box: MessageSinks

    @property
    def mail_url(self):
        return f"{self.box.mail_url}&timeout={TIMEOUT_SECONDS}"

    @property
    def sms_url(self):
        return f"{self.box.sms_url}?cto={TIMEOUT_SECONDS}&rto={TIMEOUT_SECONDS}"

    @property
    def environment(self):
        """What makes a process of the shop write to it."""
        return {"MAIL_URL": self.mail_url, "MAIL_FROM": FROM, "NOTIFY_SMS_URL": self.sms_url}

    def behaves(self, *, refused=(), **moments):
        """Change how it treats whoever comes: see Manners.change."""
        self.box.faults.change(refused=refused, **moments)

    def taken(self, kind=None, *, to=None):
        """Give what it took, oldest first, of one kind or recipient if they are named."""
        messages = reversed(self.box.store.newest_first())
        return [message for message in messages if kind in (None, message.kind) and to in (None, message.to)]


@contextmanager
def running(folder):
    with servers.running(home=folder) as box:
        yield TestMessageSinks(box)


def connect(settings, post):
    """Open both of this process's channels, to this postbox."""
    settings.MAILERS = mail_url.parse_mail_url(post.mail_url)
    settings.DEFAULT_FROM_EMAIL = FROM
    settings.NOTIFY_SMS_URL = post.sms_url
