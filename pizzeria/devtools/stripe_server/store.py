"""
What the stand-in remembers: one SQLite database in its folder, written in transactions, one at a time.

It survives a kill of the server at any moment: a charge, its ledger entry, its events and the answer that is kept for a
retry are of one transaction.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

type StripeObject = dict[str, Any]

LOCK_TIMEOUT = 60.0  # seconds: a demo's past is written in one transaction, beside the server that runs already

DATABASE_FILE = "stripe.sqlite3"
SCHEMA = """
    CREATE TABLE IF NOT EXISTS objects (
        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, position);
    CREATE INDEX IF NOT EXISTS open_sessions ON objects (json_extract(data, '$.expires_at'))
        WHERE kind = 'checkout.session' AND json_extract(data, '$.status') = 'open';
    CREATE TABLE IF NOT EXISTS ledger (
        position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT UNIQUE NOT NULL,
        payment_intent TEXT NOT NULL, session TEXT NOT NULL, reference TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, at INTEGER NOT NULL
    );
    CREATE TRIGGER IF NOT EXISTS ledger_is_not_updated BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
    CREATE TRIGGER IF NOT EXISTS ledger_is_not_deleted BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
    CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, at INTEGER NOT NULL,
        request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS deliveries (
        position INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, state TEXT NOT NULL, fault TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0
    );
"""


class Store:
    """
    The database of one server process.

    :param folder: an existing directory
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            folder / DATABASE_FILE, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")  # readers in other processes do not block the server
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin a transaction, alone; commit it after the block, or roll it back if the block raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def execute(self, statement: str, *values: Any) -> list[Any]:
        """Execute one statement of a transaction and return its rows."""
        return self._connection.execute(statement, values).fetchall()

    def find(self, id: str) -> StripeObject | None:
        rows = self.execute("SELECT data FROM objects WHERE id = ?", id)
        return json.loads(rows[0][0]) if rows else None

    def newest_first(self, kind: str) -> list[StripeObject]:
        """Return the objects of a kind, such as `checkout.session`, the last created first."""
        rows = self.execute("SELECT data FROM objects WHERE kind = ? ORDER BY position DESC", kind)
        return [json.loads(data) for (data,) in rows]

    def save(self, *objects: StripeObject) -> None:
        """Insert objects, or update those that exist."""
        for each in objects:
            self.execute(
                "INSERT INTO objects (id, kind, data) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
                each["id"],
                each["object"],
                json.dumps(each),
            )

    def close(self) -> None:
        """Close the database after the transaction that is open, if any."""
        with self._lock:
            self._connection.close()
