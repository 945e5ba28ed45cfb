"""The file of an index: a SQLite database, its tables, and what may go wrong with it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from dedup.errors import BusyError, IndexFileError

_PAUSE = 0.01  # seconds between looks at a file that others use

FORMAT = 1
"""Version of the format; a file of an earlier one is brought up to it when it is opened for writing."""

_APPLICATION = 0x64647570  # "ddup": how SQLite, and file(1), tell our files from others
_HEAD_BYTES = 100
_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- Distinct texts. What is compared, and linked, are texts; articles with the same text are its copies.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    near_copies INTEGER NOT NULL,  -- the same for near copies, most of the time
    copied REAL NOT NULL DEFAULT 0,  -- share of its word shingles in the text it is most of all a copy of
    body BLOB  -- compressed; or what the comparison reads of it, if texts are not kept
);
CREATE INDEX texts_by_near_copies ON texts (near_copies);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    text INTEGER NOT NULL REFERENCES texts,
    published REAL,  -- seconds since 1970, UTC
    outlet TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL
);
-- The first of those with a text stands for it; there may be very many.
CREATE INDEX articles_by_text ON articles (text, ifnull(published, 9e999), name);
CREATE INDEX articles_by_time ON articles (published);
-- Pairs of texts that may be kin: what the comparison says with the first, which came later, as child.
CREATE TABLE pairs (
    first INTEGER NOT NULL REFERENCES texts,
    second INTEGER NOT NULL REFERENCES texts,
    features BLOB NOT NULL,
    PRIMARY KEY (first, second)
) WITHOUT ROWID;
CREATE INDEX pairs_by_second ON pairs (second);
CREATE TABLE links (
    child INTEGER NOT NULL REFERENCES texts,
    rank INTEGER NOT NULL,  -- 0: the main parent
    parent INTEGER NOT NULL REFERENCES texts,
    relation TEXT NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (child, rank)
) WITHOUT ROWID;
CREATE INDEX links_by_parent ON links (parent);
-- Keys of the texts, in runs that are merged as they grow: sorted numbers of 64 bits, a hash and a text.
CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, level INTEGER NOT NULL, keys BLOB NOT NULL);
-- Texts that are gone while runs still have keys of them.
CREATE TABLE removed (text INTEGER PRIMARY KEY);
-- Document frequencies: of each span of texts that is over, and the terms of each text of the last one.
CREATE TABLE spans (id INTEGER PRIMARY KEY, n_texts INTEGER NOT NULL, counts BLOB NOT NULL);
CREATE TABLE learnt (text INTEGER PRIMARY KEY, counters BLOB NOT NULL);
"""
_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {}  # by the format they start from


class Store:
    """A connection to an index file, and its transactions.

    Parameters
    ----------
    path : str or Path
        The file; made if it is missing and may be written.
    read_only : bool
        Whether never to write.
    timeout : float
        Seconds to wait for another writer.
    keep_texts : bool
        Whether a new file keeps texts.

    Raises
    ------
    IndexFileError
        If the file is not an index, is of a newer format, is truncated or damaged, or cannot be opened.
    """

    def __init__(self, path: str | Path, *, read_only: bool, timeout: float, keep_texts: bool) -> None:
        self.path = os.fspath(path)
        self.lock = threading.RLock()
        self._read_only = read_only
        self._timeout = timeout
        is_new = not os.path.exists(self.path) or os.path.getsize(self.path) == 0
        if is_new and read_only:
            raise IndexFileError(f"{self.path}: there is no such index; add an article to make one")
        if not is_new:
            self._check_head()
        with self.errors():
            self._connection = self._connect()
        try:
            with self.errors():
                self._prepare(keep_texts)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; what was added is there already."""
        with self.lock:
            self._connection.close()

    def query(self, statement: str, parameters: Any = ()) -> list[Any]:
        """Return the rows that a statement finds."""
        with self.lock, self.errors():
            return self._connection.execute(statement, parameters).fetchall()

    def execute(self, statement: str, parameters: Any = ()) -> int:
        """Execute a statement; return the id of the row that it added last."""
        with self.errors():
            return self._connection.execute(statement, parameters).lastrowid or 0

    def execute_many(self, statement: str, rows: Any) -> None:
        """Execute a statement for each of several rows."""
        with self.errors():
            self._connection.executemany(statement, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the file for a while, whoever writes meanwhile."""
        with self.lock:
            if self._connection.in_transaction:
                yield
                return
            with self.errors():
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of what is done meanwhile, durably, or nothing of it."""
        if self._read_only:
            raise IndexFileError(f"{self.path}: the index was opened to be read only")
        with self.lock:
            with self.errors():
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                with self.errors():
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.rollback()
                raise

    def copy_to(self, path: str | Path) -> None:
        """Copy the file while others may write it."""
        name = os.fspath(path)
        if os.path.exists(name):
            raise IndexFileError(f"{name}: there is such a file; name one that is not there")
        try:
            with closing(sqlite3.connect(name)) as target, self.lock:
                self._connection.backup(target)
        except sqlite3.Error as error:
            with suppress(OSError):
                os.remove(name)
            raise _explained(name, error, self._timeout) from error

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say what an error of SQLite means for the user of an index."""
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(self.path, error, self._timeout) from error

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self._read_only else "rwc"
        connection = sqlite3.connect(
            f"{Path(self.path).absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogatepass")  # see `as_text`
        return connection

    def _check_head(self) -> None:
        """Look at the first bytes, so that a file of another program is not even opened."""
        try:
            with open(self.path, "rb") as stream:
                head = stream.read(_HEAD_BYTES)
        except OSError as error:
            raise IndexFileError(f"{self.path}: {error.strerror or error}") from None
        if len(head) < _HEAD_BYTES or head[:16] != b"SQLite format 3\0":
            raise IndexFileError(f"{self.path}: not an index; name another file, and one will be made")
        if int.from_bytes(head[68:72], "big") != _APPLICATION:
            raise IndexFileError(
                f"{self.path}: a database of another program; name another file, and an index will be made"
            )
        self._check_version(int.from_bytes(head[60:64], "big"))

    def _check_version(self, version: int) -> None:
        if version > FORMAT:
            raise IndexFileError(
                f"{self.path}: format {version} is newer than {FORMAT}, the latest that this version knows; "
                "upgrade it: pip install -U dedup-lineage"
            )

    def _check_size(self) -> None:
        """Compare the size that the file has with the one that it should have."""
        with open(self.path, "rb") as stream:
            head = stream.read(_HEAD_BYTES)
        page_size = int.from_bytes(head[16:18], "big")
        page_size = 65536 if page_size == 1 else page_size
        n_pages = int.from_bytes(head[28:32], "big")
        wal = self.path + "-wal"
        in_wal = os.path.exists(wal) and os.path.getsize(wal) > 0
        if os.path.getsize(self.path) < n_pages * page_size and not in_wal:
            raise IndexFileError(f"{self.path}: the file was cut off; restore it from a backup")

    def _prepare(self, keep_texts: bool) -> None:
        connection = self._connection
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cache_size = -65536")  # 64 MB
        with self.reading():  # nobody is writing the file itself then
            is_empty = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            self._check_size()
        if is_empty:
            self._create(keep_texts)
        version = self._version()
        self._check_version(version)
        if version < FORMAT:
            self._migrate()
        if not self._read_only:
            # Not before the tables are in the file itself: a file that others open must say what it is.
            self._keep_journal()
            connection.execute("PRAGMA synchronous = FULL")  # what was added survives the loss of power
            connection.execute("PRAGMA secure_delete = ON")  # what was removed is overwritten

    def _keep_journal(self) -> None:
        """Have changes written to a journal first; SQLite does not wait by itself while others do so."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                )
                if not busy or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _create(self, keep_texts: bool) -> None:
        connection = self._connection
        with self.writing():
            # Another process may have made it meanwhile.
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO settings VALUES ('keep_texts', ?)", (int(keep_texts),))
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _migrate(self) -> None:
        if self._read_only:
            raise IndexFileError(
                f"{self.path}: its format is older than {FORMAT}; open it once for writing to renew it"
            )
        with self.writing():
            for step in range(self._version(), FORMAT):  # which another process may have done meanwhile
                if step not in _MIGRATIONS:
                    raise IndexFileError(f"{self.path}: there was no format {step}; restore it from a backup")
                _MIGRATIONS[step](self._connection)
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")


AS_TEXT = "CAST(? AS TEXT)"
"""Stands for a value that `as_text` encoded."""


def as_text(value: str) -> bytes:
    """Encode what a user named for `AS_TEXT`: SQLite takes no strings with lone surrogates."""
    return value.encode("utf-8", "surrogatepass")


def _explained(path: str, error: sqlite3.Error, timeout: float) -> IndexFileError:
    code, said = getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(
            f"{path}: another process has been writing for {timeout:g} seconds; "
            "try again, or wait longer with timeout"
        )
    meanings = {
        sqlite3.SQLITE_FULL: "the disk is full; nothing of this call was written",
        sqlite3.SQLITE_READONLY: "the file may not be written",
        sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; is there such a folder, and may it be written? "
        "Readers write beside the file, too",
        sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
        sqlite3.SQLITE_NOTADB: "not an index; name another file, and one will be made",
        sqlite3.SQLITE_IOERR: f"the disk failed ({said}); nothing of this call was written",
        sqlite3.SQLITE_PERM: "the file may not be opened",
    }
    return IndexFileError(f"{path}: {meanings.get(code, said)}")
