"""
Faults that the message sinks inject; without any, they accept every message.

The faults are in a file beside the stored messages, so that a test can change them in another process at any time.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

type Moment = Literal["EHLO", "RCPT", "DATA", "QUIT", "SMS"]
type Manner = int | Literal["hang", "silence", "drop"]


@dataclass(frozen=True, slots=True)
class Faults:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "manners.json"

    def change(self, *, refused: Collection[str] = (), **moments: Manner) -> None:
        """
        Replace all faults by these; whatever is not named here works normally from now on.

        :param refused: e-mail addresses and phone numbers that are rejected as unknown
        :param moments: EHLO, RCPT, DATA, QUIT or SMS, and the fault at that step. A number: answer with that status
            code. "hang": do not accept the message, do not answer. "silence": accept the message, do not answer.
            "drop": accept the message, then close the connection.
        """
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"refused": list(refused), "moments": moments}))
        unfinished.rename(self.file)

    def at(self, moment: Moment) -> Manner | None:
        manner: Manner | None = self._told().get("moments", {}).get(moment)
        return manner

    def refuse(self, recipient: str) -> bool:
        return recipient in self._told().get("refused", [])

    def _told(self) -> dict[str, dict[str, Manner]]:
        try:
            told: dict[str, dict[str, Manner]] = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        return told
