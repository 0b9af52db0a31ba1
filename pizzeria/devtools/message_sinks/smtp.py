"""An SMTP server that stores each message it accepts."""

import asyncio
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from pizzeria.devtools.message_sinks.faults import Faults
from pizzeria.devtools.message_sinks.store import Message, MessageStore


@dataclass(frozen=True, slots=True)
class SinkHandler:
    """The handler of SMTP commands; aiosmtpd finds these methods by their names."""

    store: MessageStore
    faults: Faults

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        match self.faults.fault_at("EHLO"):
            case int(number):
                return [f"{number} Injected fault"]
            case "hang":
                await _hang()
        session.host_name = hostname
        return answers

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:  # noqa: N802
        [response] = await self.handle_EHLO(server, session, envelope, hostname, [f"250 {server.hostname}"])
        return response

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match self.faults.fault_at("RCPT"):
            case int(number):
                return f"{number} Injected fault, about <{address}>"
            case "hang":
                await _hang()
        if self.faults.refuses(address):
            return f"550 Unknown recipient <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 Known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.faults.fault_at("DATA")
        match fault:
            case int(number):
                return f"{number} Injected fault, about <{', '.join(envelope.rcpt_tos)}>"
            case "hang":
                await _hang()
        content = envelope.content
        assert isinstance(content, bytes)  # decode_data is off
        stored = [self.store.add(_message(to, content)) for to in envelope.rcpt_tos]
        match fault:
            case "silence":
                await _hang()
            case "drop" if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
        return f"250 Taken as {', '.join(message.id for message in stored)}"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.faults.fault_at("QUIT") == "hang":
            await _hang()
        return "221 Bye"


async def serve(store: MessageStore, faults: Faults) -> asyncio.Server:
    """Start the SMTP server on a free port and return it."""
    loop = asyncio.get_running_loop()
    handler = SinkHandler(store, faults)
    return await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)


async def _hang() -> None:
    await asyncio.Event().wait()


def _message(to: str, content: bytes) -> Message:
    mail = message_from_bytes(content, EmailMessage, policy=default)
    text, html = mail.get_body(["plain"]), mail.get_body(["html"])
    return Message(
        kind="email",
        to=to,
        subject=mail["Subject"] or "",
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        message_id=mail["Message-ID"] or "",
    )
