"""
Stored amounts, for the price check: reading them out of untyped JSON, and comparing them with computed ones.

Amounts are read as fractions of the currency and compared in minor units; nothing here knows a rule about prices.
"""

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from math import floor
from typing import Any

_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(E[+-]?[0-9]{1,2})?")  # short, so that any amount can be shown


class Malformed(Exception):
    """Raise for data that cannot be read; the text says where it is and what is wrong with it."""


class StoredRecord:
    """
    A JSON object, read by type; a missing or unexpected value raises `Malformed`.

    :ivar name: where it is in the event, in the words of a sentence
    """

    def __init__(self, name: str, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise Malformed(f"{name}: expected an object, not {type(data).__name__}.")
        self.name, self.data = name, data

    def get[T](self, key: str, expected: type[T]) -> T:
        value = self.data.get(key)
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            stored = f"of type {type(value).__name__}" if key in self.data else "missing"
            raise Malformed(f"{self.name}: the {_words(key)} is {stored}, expected {expected.__name__}.")
        return value

    def choice(self, key: str, *choices: str) -> str:
        value = self.get(key, str)
        if value not in choices:
            raise Malformed(
                f"{self.name}: the {_words(key)} is {reprlib.repr(value)}, expected {' or '.join(choices)}."
            )
        return value

    def count(self, key: str, *, least: int = 1, most: int = 1_000_000) -> int:
        value = self.get(key, int)
        if not least <= value <= most:
            raise Malformed(f"{self.name}: the {_words(key)} is not from {least} to {most}.")
        return value

    def number(self, key: str, *, signed: bool = False) -> Fraction:
        return self._parse(key, self.get(key, str), signed=signed)

    def optional_number(self, key: str) -> Fraction | None:
        return None if self.data.get(key, ...) is None else self.number(key)

    def numbers(self, key: str) -> list[Fraction]:
        return [self._parse(key, value, signed=False) for value in self.get(key, list)]

    def optional_record(self, key: str, name: str) -> "StoredRecord | None":
        return None if self.data.get(key, ...) is None else StoredRecord(name, self.data.get(key))

    def records(self, key: str, noun: str) -> "list[StoredRecord]":
        values = enumerate(self.get(key, list), start=1)
        return [StoredRecord(f"{self.name}, {noun} {number}", value) for number, value in values]

    def _parse(self, key: str, value: object, *, signed: bool) -> Fraction:
        if not isinstance(value, str):
            raise Malformed(f"{self.name}: the {_words(key)} is of type {type(value).__name__}, expected str.")
        if not _DECIMAL.fullmatch(value):
            raise Malformed(f"{self.name}: the {_words(key)} is {reprlib.repr(value)}, not a decimal number.")
        if Fraction(value) < 0 and not signed:
            raise Malformed(f"{self.name}: the {_words(key)} is {value}, but it is never negative.")
        return Fraction(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What a stored adjustment or tax line has to hold.

    :ivar rate: in percent; zero for what is not taxed, which may be stored as None
    :ivar amounts: in minor units, by the key they are stored under
    :ivar code: None: any code
    """

    rate: Fraction
    amounts: Mapping[str, int]
    code: str | None = None


class Comparison:
    """
    Compares stored amounts with computed ones, which are in minor units.

    :ivar found: a sentence for each difference
    """

    def __init__(self, minor_digits: int) -> None:
        self.scale, self.found = 10**minor_digits, list[str]()
        self._minor_digits = minor_digits

    def text(self, amount: int) -> str:
        return f"{Fraction(amount, self.scale):.{self._minor_digits}f}"

    def amount(self, record: StoredRecord, key: str, computed: int) -> None:
        if record.number(key, signed=True) * self.scale != computed:
            self.differs(record, key, self.text(computed))

    def in_minor_units(self, record: StoredRecord, key: str) -> int:
        """Return a stored amount in minor units; one that is finer than they are is a difference."""
        amount = half_up(record.number(key, signed=True) * self.scale)
        self.amount(record, key, amount)
        return amount

    def differs(self, record: StoredRecord, key: str, computed: object) -> None:
        self.found.append(f"{record.name}: the {_words(key)} is stored as {record.data[key]}, computed as {computed}.")

    def entries(self, where: str, stored: list[StoredRecord], rate_key: str, computed: list[Entry]) -> None:
        """Compare records with entries: those of the same rate, then what is left of both, in order."""
        left, pairs, odd = [*computed], list[tuple[StoredRecord | None, Entry | None]](), list[StoredRecord]()
        for record in stored:
            same_rate = [entry for entry in left if entry.rate == (record.optional_number(rate_key) or 0)]
            if same_rate:
                left.remove(same_rate[0])
                pairs.append((record, same_rate[0]))
            else:
                odd.append(record)
        for one, entry in [*pairs, *zip_longest(odd, left)]:
            if one and entry:
                self._entry(one, rate_key, entry)
            elif one:
                self.found.append(f"{one.name}: it is stored, but none is computed at its rate.")
            elif entry and any(entry.amounts.values()):
                amounts = " and ".join(f"{key} {self.text(amount)}" for key, amount in entry.amounts.items())
                self.found.append(f"{where}: none is stored at the rate {entry.rate:g}, computed {amounts}.")

    def _entry(self, record: StoredRecord, rate_key: str, entry: Entry) -> None:
        if (record.optional_number(rate_key) or 0) != entry.rate:
            self.differs(record, rate_key, f"{entry.rate:g}")
        if entry.code is not None and record.get("code", str) != entry.code:
            self.differs(record, "code", entry.code)
        for key, amount in entry.amounts.items():
            self.amount(record, key, amount)


def half_up(amount: Fraction) -> int:
    """Return a whole number, halves rounded away from zero."""
    rounded = floor(abs(amount) + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded


def _words(key: str) -> str:
    return key.replace("_", " ")
