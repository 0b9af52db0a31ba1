"""
Faults that the message sinks inject; without any, they accept every message.

The faults are in a file beside the stored messages, so that a test can change them in another process at any time.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

type Step = Literal["EHLO", "RCPT", "DATA", "QUIT", "SMS"]
type Fault = int | Literal["hang", "silence", "drop"]


@dataclass(frozen=True, slots=True)
class Faults:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "faults.json"

    def change(self, *, refused: Collection[str] = (), **steps: Fault) -> None:
        """
        Replace all faults by these; whatever is not named here works normally from now on.

        :param refused: e-mail addresses and phone numbers that are rejected as unknown
        :param steps: EHLO, RCPT, DATA, QUIT or SMS, and the fault at that step. A number: answer with that status
            code. "hang": do not accept the message, do not answer. "silence": accept the message, do not answer.
            "drop": accept the message, then close the connection.
        """
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"refused": list(refused), "steps": steps}))
        unfinished.rename(self.file)

    def fault_at(self, step: Step) -> Fault | None:
        fault: Fault | None = self._load().get("steps", {}).get(step)
        return fault

    def refuses(self, recipient: str) -> bool:
        return recipient in self._load().get("refused", [])

    def _load(self) -> dict[str, dict[str, Fault]]:
        try:
            faults: dict[str, dict[str, Fault]] = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        return faults
