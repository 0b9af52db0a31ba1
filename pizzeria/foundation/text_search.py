"""
Search by names, phone numbers and e-mail addresses, however they are typed, with the help of trigram indexes.

The indexes are over the expressions `FoldedText`, `DigitsOnly` and `Upper`; the conditions here compare with the same
expressions, so that PostgreSQL uses the indexes.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

import structlog
from django.db.models import Func, Q, TextField
from django.db.models.lookups import Contains, Regex, StartsWith

from pizzeria.foundation.actor import Actor

log = structlog.get_logger(__name__)

MIN_PHONE_DIGITS = 4  # a shorter text of digits is a number of the day alone
TRIGRAM = 3  # letters
_COMBINING_MARKS = "[\u0300-\u036f]"
_NUMBER = re.compile(r"#?\s*([0-9]{1,6})")
_PHONE = re.compile(r"\(?\+?[0-9\s()./\u2010-\u2014-]+")
_MAX_LENGTH = 100


class FoldedText(Func):
    """A text without accents, in lower case: "José" as "jose"."""

    template = f"lower(regexp_replace(normalize(%(expressions)s, NFKD), '{_COMBINING_MARKS}', '', 'g'))"
    output_field = TextField()


class DigitsOnly(Func):
    """The digits of a text."""

    template = "regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"
    output_field = TextField()


def folded(text: str) -> str:
    """Return a text as `FoldedText` does."""
    return re.sub(_COMBINING_MARKS, "", unicodedata.normalize("NFKD", text)).lower()


@dataclass(frozen=True, slots=True)
class SearchText:
    """
    What a text may be that somebody searches for, by its shape.

    :ivar number: the number of an order; None: it is none
    :ivar phone: digits of a phone number; blank: it is none
    :ivar is_phone_start: whether the number begins with these digits: they have the code of a country
    :ivar email: a part of an e-mail address; blank: it is none
    :ivar words: parts of a name, folded; empty: it is none
    """

    number: int | None = None
    phone: str = ""
    is_phone_start: bool = False
    email: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, typed: str) -> Self:
        """Return the meanings of a text: a number of an order may be a part of a phone number, too."""
        text = re.sub(r"\d", lambda digit: str(int(digit[0])), typed.strip()[:_MAX_LENGTH])  # also Arabic ones
        if "@" in text:
            return cls(email=text)
        number = _NUMBER.fullmatch(text)
        phone, is_start = ("", False) if text.startswith("#") else _phone_digits(text)
        if number or phone:
            return cls(number=int(number[1]) if number else None, phone=phone, is_phone_start=is_start)
        is_one_word_with_dots = "." in text.strip(".") and " " not in text  # anna.bianchi, example.com
        return cls(words=tuple(folded(text).split()), email=text if is_one_word_with_dots else "")

    @property
    def personal_kinds(self) -> list[str]:
        """Return which personal data it searches by."""
        kinds = {"name": self.words, "phone": self.phone, "email": self.email}
        return [kind for kind, value in kinds.items() if value]


def _phone_digits(text: str) -> tuple[str, bool]:
    """Return the digits of a phone number to search for, and whether they begin with the code of a country."""
    if not _PHONE.fullmatch(text):
        return "", False
    digits = re.sub("[^0-9]", "", text.replace("(0)", ""))
    if text.lstrip("( ").startswith("+") or digits.startswith("00"):
        return digits.lstrip("0"), True
    return (digits if len(digits) >= MIN_PHONE_DIGITS else ""), False


def name_contains(column: str, words: tuple[str, ...]) -> Q:
    """
    Return the condition that a name contains each of the words, or begins a word with those of one or two letters.

    A trigram index knows parts of three letters, and the beginnings of words.
    """
    name, condition = FoldedText(column), Q()
    for word in words:
        if len(word) >= TRIGRAM:
            condition &= Q(Contains(name, word))
        else:
            condition &= Q(StartsWith(name, word)) | Q(Contains(name, f" {word}"))
    return condition


def phone_contains(column: str, search: SearchText) -> Q:
    """
    Return the condition that a phone number contains the digits, or begins with them.

    A zero in front of a national number is dialled in many countries, and is no part of the international number.
    """
    digits = DigitsOnly(column)
    if search.is_phone_start:
        return Q(StartsWith(digits, search.phone))
    condition = Q(Contains(digits, search.phone))
    if search.phone.startswith("0"):
        condition |= Q(Regex(digits, f"^[0-9]{{1,3}}{search.phone.lstrip('0')}"))
    return condition


def log_personal_data_search(search: SearchText, *, by: Actor, where: str, found: int, has_more: bool) -> None:
    """
    Log who has searched for people by which kind of data, never what they searched for.

    :param where: which list
    :param found: how many rows were shown
    """
    if kinds := search.personal_kinds:
        log.info("personal_data_searched", by=str(by), kinds=kinds, where=where, found=found, has_more=has_more)
