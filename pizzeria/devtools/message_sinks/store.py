"""The accepted messages: one file each, renamed into place, so that a process can read while another writes."""

import json
import time
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex


@dataclass(frozen=True, slots=True)
class Message:
    """
    An e-mail or an SMS as it arrived.

    :param id: sorts by the time of acceptance, later ones greater
    :param message_id: the Message-ID header that the sender set, if it is an e-mail
    """

    kind: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    message_id: str = ""
    id: str = field(default_factory=lambda: f"{time.time_ns()}-{token_hex(4)}")

    @property
    def at(self) -> datetime:
        """Return the time of acceptance."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1e9, UTC)


@dataclass(frozen=True, slots=True)
class MessageStore:
    folder: Path

    def add(self, message: Message) -> Message:
        """Store a message and return it."""
        unfinished = self.folder / f".{message.id}"
        unfinished.write_text(json.dumps(asdict(message)))
        unfinished.rename(self._file(message.id))
        return message

    def newest_first(self, *, at_most: int | None = None) -> list[Message]:
        return [_read(file) for file in sorted(self.folder.glob("[0-9]*.json"), reverse=True)[:at_most]]

    def find(self, id: str) -> Message | None:
        """Return the message with this id, or None; the id may contain only letters, digits and hyphens."""
        file = self._file(id)
        return _read(file) if file.exists() else None

    def clear(self) -> None:
        """Delete every message."""
        for file in self.folder.glob("[0-9]*.json"):
            file.unlink()

    def _file(self, id: str) -> Path:
        return self.folder / f"{id}.json"


def _read(file: Path) -> Message:
    stored = json.loads(file.read_text())
    known = {each.name for each in fields(Message)}  # another version of the demo may have stored others
    return Message(**{name: value for name, value in stored.items() if name in known})
