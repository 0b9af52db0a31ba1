"""
The ledger: every charge, refund and return of a refund that really happened, in the order in which it happened.

It is append-only, and readable by other processes while the server runs or after it was killed.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pizzeria.devtools.stripe_server.store import DATABASE_FILE, Store, StripeObject

type EntryKind = Literal["charge", "refund", "return"]  # "return": of a refund, by the bank that should have got it


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """
    A charge, a refund or the return of a refund.

    :param reference: the `client_reference_id` of the Checkout Session; empty if it has none
    :param amount: in minor units of the currency, always positive
    :param at: seconds since 1970
    """

    kind: EntryKind
    id: str
    payment_intent: str
    session: str
    reference: str
    amount: int
    currency: str
    at: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger in a server's folder, for reading."""

    folder: Path

    def charges(self) -> list[LedgerEntry]:
        """Return the charges that took money, oldest first."""
        return self._entries("charge")

    def refunds(self) -> list[LedgerEntry]:
        """
        Return the refunds that gave money back, oldest first: neither pending nor failed ones.

        A refund that a bank has returned is one of them, as the money was sent; `refunded` subtracts it.
        """
        return self._entries("refund")

    def captured(self, reference: str) -> int:
        """Return what was charged for a reference, in minor units; refunds are not subtracted."""
        return sum(entry.amount for entry in self.charges() if entry.reference == reference)

    def refunded(self, reference: str) -> int:
        """Return what was refunded of a reference and not returned by a bank, in minor units."""
        refunds, returns = self.refunds(), self._entries("return")
        refunded = sum(entry.amount for entry in refunds if entry.reference == reference)
        return refunded - sum(entry.amount for entry in returns if entry.reference == reference)

    def _entries(self, kind: EntryKind) -> list[LedgerEntry]:
        with closing(sqlite3.connect(f"file:{self.folder / DATABASE_FILE}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT kind, id, payment_intent, session, reference, amount, currency, at"
                " FROM ledger WHERE kind = ? ORDER BY position",
                (kind,),
            ).fetchall()
        return [LedgerEntry(*row) for row in rows]


def record(store: Store, kind: EntryKind, moved: StripeObject, *, session: StripeObject, at: int) -> None:
    """
    Append a movement of money, in the transaction that is open.

    :param moved: its id is unique in the ledger
    """
    store.execute(
        "INSERT INTO ledger (kind, id, payment_intent, session, reference, amount, currency, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        kind,
        moved["id"],
        moved["payment_intent"],
        session["id"],
        session["client_reference_id"] or "",
        moved["amount"],
        moved["currency"],
        at,
    )
