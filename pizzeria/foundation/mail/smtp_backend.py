"""Django's SMTP backend that also knows whether content of a message had been sent when the connection was lost."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _DataTrackingMixin:
    data_sent = False

    def data(self, msg: Any) -> Any:
        # Set before sending, not after: from here on, a missing answer does not show that the server has no message.
        self.data_sent = True
        return super().data(msg)  # type: ignore[misc]


class _TrackingSMTP(_DataTrackingMixin, smtplib.SMTP):
    pass


class _TrackingSMTPSSL(_DataTrackingMixin, smtplib.SMTP_SSL):
    pass


class TrackingEmailBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TrackingSMTPSSL if self.use_ssl else _TrackingSMTP

    @property
    def data_sent(self) -> bool:
        """Return whether any of a message's content has been sent over the open connection."""
        return getattr(self.connection, "data_sent", False)
