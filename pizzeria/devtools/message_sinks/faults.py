"""
How the servers treat whoever comes: well, unless told otherwise.

Told by a file beside the ledger, so that a test can tell a server in another process at any moment.
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
        Treat people like this from now on: well, but for what is named here.

        :param refused: addresses and numbers that nobody has
        :param moments: EHLO, RCPT, DATA, QUIT or SMS, and what is done then. A number: answer with it. "hang": take
            nothing and say nothing. "silence": take it and say nothing. "drop": take it and cut the line.
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
