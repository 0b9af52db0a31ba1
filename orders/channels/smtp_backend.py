"""Django's SMTP mailer, which also knows whether a letter had gone over the line when the line went dead."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _TracksData:
    has_handed_over = False

    def data(self, msg: Any) -> Any:
        # Noted before, not after: from here on, silence proves nothing.
        self.has_handed_over = True
        return super().data(msg)  # type: ignore[misc]


class _TrackingSMTP(_TracksData, smtplib.SMTP):
    pass


class _TrackingSMTPSSL(_TracksData, smtplib.SMTP_SSL):
    pass


class TrackingEmailBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TrackingSMTPSSL if self.use_ssl else _TrackingSMTP

    @property
    def has_handed_over(self) -> bool:
        """Whether any of a letter's content has been sent over the open line."""
        return getattr(self.connection, "has_handed_over", False)
