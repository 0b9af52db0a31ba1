"""Django's SMTP backend that also knows whether content of a message had been sent when the connection was lost."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _TracksData:
    has_handed_over = False

    def data(self, msg: Any) -> Any:
        # Set before sending, not after: from here on, a missing answer does not show that the server has no message.
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
        """Return whether any of a message's content has been sent over the open connection."""
        return getattr(self.connection, "has_handed_over", False)
