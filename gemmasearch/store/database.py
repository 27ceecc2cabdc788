"""One connection: private from the first byte, safe against hostile content, errors translated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import apsw

from gemmasearch.errors import IndexForeign, IndexMissing, IndexTooNew, MachineRefused, UsageProblem
from gemmasearch.store import fts, schema, seals
from gemmasearch.store.failures import translated

BUSY_MS = 60_000  # writers are kept apart by the run lock; this covers short overlaps only
_CACHE = -16_000  # KiB of pages, as SQLite wants it …
_LARGEST = 3 * _CACHE  # … and of a large index, where a filter looks at one passage in a hundred
_OF_FILE = 40 * 1024  # bytes of the file per KiB of its pages that are kept
Row = tuple[Any, ...]
# Passages with their documents and files, under the names that ``filters.compile`` uses.
JOINED = "chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id"


class Database:
    """Rows in, rows out. Every statement of the store goes through the methods of this class."""

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        """
        :raises IndexMissing: there is no file and ``create`` is false
        :raises IndexForeign: the file is something else
        :raises IndexTooNew: made by a newer gsearch
        :raises UsageProblem: SQLite cannot be told its path
        """
        self.path = _place(path, create)
        self.read_only = read_only
        self._depth = 0
        self._vec = False
        with translated(self.path):
            self.connection = self._open()
        try:
            self._recognise(create)
            if create:
                _make_private(self.path)
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _open(self) -> apsw.Connection:
        if not self.read_only:
            return apsw.Connection(
                str(self.path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
            )
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_NOFOLLOW
        try:
            connection = apsw.Connection(str(self.path), flags=flags)
            connection.set_busy_timeout(BUSY_MS)  # a run that ends has the file to itself for an instant
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            return connection
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            # A read-only folder has no room for the -shm file. Without a -wal nothing can change under us.
            wal = Path(f"{self.path}-wal")
            if wal.exists() and not os.access(self.path.parent, os.W_OK):
                raise MachineRefused(
                    f"{wal} holds what was written last, but cannot be read in a folder that cannot be written",
                    "copy both files to a folder that can, and name the copy with --db",
                ) from None
            if wal.exists() or not self.path.exists():
                raise
            return apsw.Connection(self.path.as_uri() + "?immutable=1", flags=flags | apsw.SQLITE_OPEN_URI)
        except apsw.NotADBError:
            return apsw.Connection(str(self.path), flags=flags)

    def _recognise(self, create: bool) -> None:
        self.connection.set_busy_timeout(BUSY_MS)
        foreign = IndexForeign(
            f"{self.path} is not a gsearch index", "choose another file with --db, or move it away"
        )
        try:
            with translated(self.path):
                application = self.connection.pragma("application_id")
                version = self.connection.pragma("user_version")
                tables = self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0][0]
        except MachineRefused:
            raise
        except Exception as e:
            if isinstance(e.__cause__, apsw.NotADBError):
                raise foreign from e
            raise
        if application != schema.APPLICATION_ID:
            if tables or application or version:
                raise foreign
            if not create:
                raise _missing(self.path)
        elif version > schema.VERSION:
            raise IndexTooNew(
                f"{self.path} has schema {version}, this gsearch knows schemas up to {schema.VERSION}",
                "upgrade gsearch, or use another index with --db",
            )
        elif version < schema.VERSION and self.read_only:
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """An index of an older version is migrated by whoever meets it first, readers too."""
        try:
            Database(self.path).close()
        except MachineRefused as e:
            with translated(self.path):
                begun = self.connection.execute("SELECT 1 FROM roots").fetchall()
            if not begun:
                raise IndexMissing(
                    f"there is no usable index at {self.path}, the run that was to make it broke off: {e.message}",
                    "`gsearch index FOLDER` makes it where it can be written",
                ) from e
            raise MachineRefused(
                f"{self.path} was made by an older gsearch and cannot be brought up to date: {e.message}",
                "run `gsearch status` once where it can be written",
            ) from e

    def _prepare(self) -> None:
        connection = self.connection
        with translated(self.path):
            _set(connection, trusted_schema="OFF", cell_size_check="ON", foreign_keys="ON")
            # Under a filter the pages of one search do not fit where those of most do: each would read all anew.
            self._cache = max(_LARGEST, min(_CACHE, -self.path.stat().st_size // _OF_FILE))
            _set(connection, cache_size=self._cache)
            _set(connection, temp_store="MEMORY")  # no text of yours in a temporary folder
            connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
            fts.register(connection)
            self.seal = seals.register(connection)
            if self.read_only:
                _set(connection, query_only="ON")
            else:
                # Passages are longer than a quarter of the usual page; it counts only in a new file.
                _set(connection, page_size=8192)
                # A commit waits for no disk: after a power cut the last files are read again, no more.
                _set(connection, journal_mode="WAL", synchronous="NORMAL", secure_delete="ON")
                _set(connection, journal_size_limit=16_777_216)
                schema.migrate(connection)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)

    def close(self) -> None:
        with translated(self.path):
            self.connection.close()

    @contextmanager
    def roomy(self) -> Iterator[None]:
        """For what looks up every row in the order of another table: with four times the memory for pages."""
        self.run(f"PRAGMA cache_size = {4 * _CACHE}")
        try:
            yield
        finally:
            self.run(f"PRAGMA cache_size = {self._cache}")

    def load_vec(self) -> None:
        """Make sqlite-vec's functions available, on first use: searches by words do without."""
        if self._vec:
            return
        # Found, not imported: the package itself imports numpy and a second SQLite.
        from importlib.util import find_spec

        package = find_spec("sqlite_vec")
        if package is None or package.origin is None:
            raise MachineRefused("the package sqlite-vec is not installed", "pip install sqlite-vec")
        with translated(self.path):
            self.connection.enable_load_extension(True)
            self.connection.load_extension(str(Path(package.origin).parent / "vec0"))
            self.connection.enable_load_extension(False)
        self._vec = True

    # -- statements

    def rows(self, sql: str, params: Any = ()) -> list[Row]:
        with translated(self.path):
            return self.connection.execute(sql, params).fetchall()

    def one(self, sql: str, params: Any = ()) -> Row | None:
        found = self.rows(sql, params)
        return found[0] if found else None

    def value(self, sql: str, params: Any = ()) -> Any:
        """The first column of the first row, None without a row."""
        found = self.one(sql, params)
        return found[0] if found else None

    def each(self, sql: str, params: Any = ()) -> Iterator[Row]:
        """Rows one by one. It keeps a read transaction open: for short loops that print nothing."""
        with translated(self.path):
            yield from self.connection.execute(sql, params)

    def run(self, sql: str, params: Any = ()) -> None:
        with translated(self.path):
            self.connection.execute(sql, params).fetchall()

    def insert(self, sql: str, params: Any = ()) -> int:
        """:return: the new row's id."""
        with translated(self.path):
            self.connection.execute(sql, params)
            return self.connection.last_insert_rowid()

    def added(self, sql: str, params: Any = ()) -> int | None:
        """:return: the new row's id; None where a conflict keeps it out, or there is nothing to make it of."""
        with translated(self.path):
            self.connection.execute(sql, params)
            return self.connection.last_insert_rowid() if self.connection.changes() else None

    def many(self, sql: str, params: Iterable[Sequence[Any]]) -> list[Row]:
        """The statement once for each of ``params``. :return: what it RETURNs, all together."""
        with translated(self.path):
            return self.connection.executemany(sql, params).fetchall()

    def script(self, sql: str) -> None:
        """Several statements."""
        with translated(self.path):
            for _ in self.connection.execute(sql):
                continue

    @contextmanager
    def unprotected(self) -> Iterator[None]:
        """Shadow tables may be dropped within the body: for repairs."""
        self.connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        try:
            yield
        finally:
            self.connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Every look within the body sees the index as it is at the first of them, whoever writes meanwhile. Nothing
        is written in it; within a transaction it is a part of that."""
        with translated(self.path):
            outermost = not self.connection.in_transaction
        if outermost:
            self.run("BEGIN")
        try:
            yield
        finally:
            if outermost and self.connection.in_transaction:
                self.run("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One IMMEDIATE transaction; within another one, a part of it. Any exception rolls all of it back."""
        self._depth += 1
        try:
            if self._depth == 1:
                self.run("BEGIN IMMEDIATE")
            yield
            if self._depth == 1:
                self.run("COMMIT")
        except BaseException:
            if self._depth == 1 and self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1


def sqlite_version() -> tuple[int, ...]:
    """Of the SQLite inside apsw, the only one that opens an index."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


def _set(connection: apsw.Connection, **pragmas: str | int) -> None:
    for name, value in pragmas.items():
        # Some of them answer with a row, and apsw goes on only when that is fetched.
        connection.execute(f"PRAGMA {name} = {value}").fetchall()


def _missing(path: Path) -> IndexMissing:
    return IndexMissing(f"there is no index at {path}", "`gsearch index FOLDER` makes one")


def _place(path: Path, create: bool) -> Path:
    """The real place of the index file, made 0600 (in a 0700 folder if we make the folder) when it is new."""
    _check_name(path)
    try:
        folder = path.parent
        if create and not folder.exists():
            _make_folder(folder)
        place = folder.resolve() / path.name
        if place.is_symlink():
            if place.lstat().st_uid != os.geteuid():
                raise MachineRefused(f"{place} is a link made by another user", "remove it, or use --db")
            place = place.resolve()
        _check_name(place)
        if create:
            _create_private(place)
        status = place.stat()
        if not S_ISREG(status.st_mode):
            kind = "a folder" if S_ISDIR(status.st_mode) else "a device, pipe or socket"
            raise IndexForeign(f"{place} is {kind}, not a gsearch index", "give --db a file")
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as e:
        raise MachineRefused(f"the index {path} cannot be used: {e.strerror}", "check the permissions") from e
    return place


def _make_folder(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as e:
        raise MachineRefused(
            f"cannot make {e.filename} for an index in {folder}: {e.strerror}",
            "choose another file with --db or GSEARCH_DB",
        ) from e


def _check_name(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UsageProblem(
            f"SQLite opens no file whose path is no UTF-8: {path}", "choose another with --db or GSEARCH_DB"
        ) from None


def _make_private(place: Path) -> None:
    """Take an index away from others' eyes, with what SQLite keeps beside it; only once it is known to be one."""
    for file in (place, Path(f"{place}-wal"), Path(f"{place}-shm")):
        with suppress(FileNotFoundError):
            status = file.lstat()
            if S_ISREG(status.st_mode) and status.st_mode & 0o077 and status.st_uid == os.geteuid():
                file.chmod(0o600)


def _create_private(place: Path) -> None:
    try:
        # SQLite gives the -wal and -shm files the mode of this one.
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
