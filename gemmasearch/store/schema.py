"""The tables: numbered migrations under ``PRAGMA user_version``, each in its own transaction.

``APPLICATION_ID`` in the file's header tells an index of ours from any other SQLite file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import apsw

from gemmasearch.store import seals
from gemmasearch.store.keys import readers_key
from gemmasearch.store.subjects import names_of

APPLICATION_ID = 0x67_73_72_63  # "gsrc"

# Derived from the rows: a repair makes it anew.
WORDS = """
CREATE VIRTUAL TABLE words USING fts5(
    body, body_forms, title, names, path, headings, head_forms,
    content='passage_words', content_rowid='id', tokenize='ascii'
);

-- Bytes of new words that wait in memory. Of 1 MB, as usual, a transaction wrote several lists, to be merged later.
INSERT INTO words(words, rank) VALUES('hashsize', 8388608);

CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
"""

# What the full-text index holds of a chunk: words analysed by store.words, through functions of store.fts.
VIEW = """
CREATE VIEW passage_words AS
SELECT id, gs_exact(body) AS body, gs_forms(body, language) AS body_forms, gs_exact(title) AS title,
       gs_exact(names) AS names, gs_exact(path) AS path, gs_exact(headings) AS headings,
       gs_forms(title || ' ' || names || ' ' || path || ' ' || headings, language) AS head_forms
FROM (
    SELECT c.id AS id, d.title AS title,
           d.sender || ' ' || d.recipients || ' ' || d.copies || ' ' || d.attachments || ' ' || d.tags AS names,
           f.path_words AS path, c.headings AS headings, gs_text(c.text) AS body,
           gs_language(d.language, c.text) AS language
    FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
);
"""

_FIRST = """
CREATE TABLE state(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE roots(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,              -- os.fsencode: names need not be Unicode
    options TEXT NOT NULL DEFAULT '{}',     -- JSON: include, exclude, limits, hidden, ...
    seen INTEGER NOT NULL DEFAULT 0,        -- files found by the last complete look
    looked REAL,                            -- when that was
    unavailable TEXT NOT NULL DEFAULT ''    -- why the last look failed
);

-- A file belongs to every root whose path is a prefix of its own: nested roots share their files.
CREATE TABLE files(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    path_words TEXT NOT NULL,               -- the path below its root, for the full-text index
    size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, device INTEGER,  -- NULL: read it again
    racy INTEGER NOT NULL DEFAULT 0,        -- changed so shortly before the look that the stamp proves nothing
    hash BLOB,                              -- of the bytes that were read
    reader TEXT NOT NULL DEFAULT '',        -- keys.readers_key of the readers of that time
    reason TEXT NOT NULL DEFAULT '',        -- '' = read; else one of documents.PROBLEM_REASONS
    tries INTEGER NOT NULL DEFAULT 0,       -- failures with this stamp and reader
    tail INTEGER, tail_hash BLOB            -- a mailbox: bytes read so far and their hash
);
CREATE INDEX files_by_hash ON files(hash);

CREATE TABLE problems(
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL,
    file_id INTEGER REFERENCES files(id) ON DELETE CASCADE,   -- NULL: met by the crawl, which opened no file
    part TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX problems_by_file ON problems(file_id);
CREATE INDEX problems_by_path ON problems(path);

CREATE TABLE documents(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES files(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    hash BLOB NOT NULL,                     -- of everything a reader said about it, but the place in its file
    kind TEXT NOT NULL, title TEXT NOT NULL, date REAL,
    sender TEXT NOT NULL, recipients TEXT NOT NULL, copies TEXT NOT NULL, message_id TEXT NOT NULL,
    refs TEXT NOT NULL, attachments TEXT NOT NULL, tags TEXT NOT NULL,   -- JSON lists
    language TEXT NOT NULL, meta TEXT NOT NULL,                          -- meta: JSON object
    "offset" INTEGER, length INTEGER,
    UNIQUE(file_id, part)
);
CREATE INDEX documents_by_message ON documents(message_id) WHERE message_id <> '';

-- The chunks of a document partition its text: it is stored here and nowhere else.
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: a handle that was printed stays true or is gone
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text TEXT NOT NULL, headings TEXT NOT NULL,               -- text: store/packing.py; headings: one per line
    page INTEGER, label TEXT NOT NULL, line INTEGER NOT NULL, tokens INTEGER NOT NULL,
    quoted INTEGER NOT NULL,
    key BLOB,                                                 -- keys.passage_key; NULL = has no vector
    UNIQUE(document_id, ordinal)
);
CREATE INDEX chunks_by_key ON chunks(key) WHERE key IS NOT NULL;

CREATE TABLE spaces(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, model TEXT NOT NULL, dim INTEGER NOT NULL, full_dim INTEGER NOT NULL,
    prompt_version INTEGER NOT NULL, matryoshka INTEGER NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('active', 'building')),
    complete_to INTEGER NOT NULL DEFAULT 0  -- every chunk up to this id has its vector
);
CREATE UNIQUE INDEX one_active_space ON spaces(state) WHERE state = 'active';

CREATE TABLE vectors(
    id INTEGER PRIMARY KEY,
    space_id INTEGER NOT NULL REFERENCES spaces(id) ON DELETE CASCADE,
    key BLOB NOT NULL,
    vector BLOB NOT NULL,                   -- float32, L2-normalised; since schema 2 int8, see store/vectors.py
    UNIQUE(space_id, key)
);
"""

# A first pass over many vectors: see store/signs.py.
_SIGNS = """
CREATE TABLE signs(
    space_id INTEGER NOT NULL REFERENCES spaces(id) ON DELETE CASCADE,
    block INTEGER NOT NULL, bits BLOB NOT NULL,
    firsts BLOB NOT NULL DEFAULT x'',       -- the first chunk of each vector
    PRIMARY KEY(space_id, block)
);
"""


def _first(connection: apsw.Connection) -> None:
    for script in (_FIRST, VIEW, WORDS):
        for _ in connection.execute(script):
            continue


def _eight_bits(connection: apsw.Connection) -> None:
    """Vectors as int8, a quarter of their size, and their signs in blocks."""
    connection.execute(_SIGNS)
    if not connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchall():
        return
    from gemmasearch.store import signs
    from gemmasearch.store.vectors import rounded_bytes

    function: Callable[..., Any] = rounded_bytes
    connection.create_scalar_function("gs_rounded", function, 1, deterministic=True)
    connection.execute("UPDATE vectors SET vector = gs_rounded(vector)").fetchall()
    signs.rebuild(_Statements(connection))


class _Statements:
    """A bare connection with the methods of Database that ``signs`` and ``folders`` call."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, params).fetchall()

    def value(self, sql: str, params: Any = ()) -> Any:
        found = self.rows(sql, params)
        return found[0][0] if found else None

    def run(self, sql: str, params: Any = ()) -> None:
        self.rows(sql, params)

    def insert(self, sql: str, params: Any = ()) -> int:
        self.rows(sql, params)
        return self._connection.last_insert_rowid()

    def each(self, sql: str, params: Any = ()) -> Iterator[tuple[Any, ...]]:
        yield from self._connection.execute(sql, params)


_LINKS = """
-- What may link a document to others of its conversation: numbers of store/subjects.py.
CREATE TABLE links(
    name INTEGER NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    PRIMARY KEY(name, document_id)
) WITHOUT ROWID;
CREATE INDEX links_by_document ON links(document_id);
"""


def _links(connection: apsw.Connection) -> None:
    """Conversations are looked up by name; the documents that are there get theirs."""
    for _ in connection.execute(_LINKS):
        continue
    known: list[Any] = connection.execute(
        "SELECT id, kind, title, message_id, refs FROM documents"
    ).fetchall()
    rows = [
        (name, id)
        for id, kind, title, message_id, refs in known
        for name in names_of(kind, title, message_id, json.loads(refs))
    ]
    connection.executemany("INSERT INTO links(name, document_id) VALUES(?, ?)", rows)


_SEALS = f"""
ALTER TABLE documents ADD COLUMN chunk_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN seal BLOB;     -- store/seals.py
ALTER TABLE chunks ADD COLUMN seal BLOB;
ALTER TABLE vectors ADD COLUMN seal BLOB;
UPDATE documents SET chunk_count = (SELECT count(*) FROM chunks WHERE document_id = documents.id);
UPDATE documents SET seal = {seals.of(seals.DOCUMENT)};
UPDATE chunks SET seal = {seals.of(seals.CHUNK)};
UPDATE vectors SET seal = {seals.of(seals.VECTOR)};

-- Documents that a person took out of files which stay: keys.document_hash of each, so that no run brings them back.
CREATE TABLE forgotten(hash BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""


def _seals(connection: apsw.Connection) -> None:
    identity = (os.urandom(16).hex(),)
    connection.execute("INSERT OR REPLACE INTO state(name, value) VALUES('identity', ?)", identity)
    for _ in connection.execute(_SEALS):
        continue


_RECOGNISED = """
-- Lives as long as a file with these bytes: what is forgotten leaves no text behind.
CREATE TABLE IF NOT EXISTS recognised(
    key BLOB NOT NULL,                      -- of the picture, the engine and its languages
    file_hash BLOB NOT NULL,                -- files.hash of a file that shows it
    text TEXT NOT NULL,
    PRIMARY KEY(key, file_hash)
) WITHOUT ROWID;
"""


def _waiting(connection: apsw.Connection) -> None:
    """What could be read if something were switched on or installed, and the texts recognised in pictures."""
    for _ in connection.execute(_RECOGNISED):
        continue
    known = {row[1] for row in connection.execute("PRAGMA table_info(problems)")}
    for name, type in (("waits", "TEXT NOT NULL DEFAULT ''"), ("pages", "INTEGER NOT NULL DEFAULT 0")):
        if name not in known:
            connection.execute(f"ALTER TABLE problems ADD COLUMN {name} {type}")


_LABELS = """
CREATE TABLE labels(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    rivals TEXT NOT NULL DEFAULT '',        -- labels of one name here exclude each other
    kind TEXT NOT NULL DEFAULT '',          -- only documents of this kind
    description TEXT NOT NULL DEFAULT ''
);

CREATE TABLE label_examples(
    id INTEGER PRIMARY KEY,
    label_id INTEGER NOT NULL REFERENCES labels(id) ON DELETE CASCADE,
    path BLOB NOT NULL, text TEXT NOT NULL,
    UNIQUE(label_id, path, text)
);

-- A person's word. It belongs to a place, a content and a Message-ID: documents get new rows when they change.
CREATE TABLE decisions(
    label_id INTEGER NOT NULL REFERENCES labels(id) ON DELETE CASCADE,
    path BLOB NOT NULL, part TEXT NOT NULL, hash BLOB NOT NULL, message_id TEXT NOT NULL,
    yes INTEGER NOT NULL, made REAL NOT NULL,
    PRIMARY KEY(label_id, path, part)
) WITHOUT ROWID;
CREATE INDEX decisions_by_hash ON decisions(hash, label_id);
CREATE INDEX decisions_by_message ON decisions(message_id, label_id);

CREATE TABLE verdicts(
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    label_id INTEGER NOT NULL REFERENCES labels(id) ON DELETE CASCADE,
    confidence REAL NOT NULL, chosen INTEGER NOT NULL,
    PRIMARY KEY(document_id, label_id)
) WITHOUT ROWID;
CREATE INDEX verdicts_by_label ON verdicts(label_id);
"""


def _labels(connection: apsw.Connection) -> None:
    for _ in connection.execute(_LABELS):
        continue


def _erased_by_merging(connection: apsw.Connection) -> None:
    """FTS5's 'secure-delete' damages lists that span pages (SQLite 3.54.1): store/traces.py merges instead."""
    connection.execute("INSERT INTO words(words, rank) VALUES('secure-delete', 0)").fetchall()


_QUESTIONS = """
CREATE TABLE IF NOT EXISTS questions(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id INTEGER NOT NULL REFERENCES spaces(id) ON DELETE CASCADE,
    key BLOB NOT NULL,                      -- a hash of the text, which is not kept
    vector BLOB NOT NULL,                   -- float32
    seal BLOB NOT NULL,
    UNIQUE(space_id, key)
);
"""


def _questions(connection: apsw.Connection) -> None:
    connection.execute(_QUESTIONS).fetchall()


def _smaller(connection: apsw.Connection) -> None:
    """The longest column of the full-text index is its first one, texts may be packed, and files name their
    readers by a short key."""
    known = connection.execute("SELECT DISTINCT reader FROM files WHERE reader <> ''").fetchall()
    for (reader,) in known:
        connection.execute("UPDATE files SET reader = ? WHERE reader = ?", (readers_key(str(reader)), reader))
    columns = [row[1] for row in connection.execute("PRAGMA table_info(words)")]
    if columns[0] == "body":
        return
    for sql in (
        *("DROP TABLE vocabulary", "DROP TABLE words", "DROP VIEW passage_words", VIEW, WORDS),
        "INSERT INTO words(words) VALUES('rebuild')",
    ):
        for _ in connection.execute(sql):
            continue


def _folders(connection: apsw.Connection) -> None:
    """Files name their folder, so that a filter by one need not look at every path."""
    from gemmasearch.store import folders

    if "folder_id" not in {row[1] for row in connection.execute("PRAGMA table_info(files)")}:
        connection.execute("ALTER TABLE files ADD COLUMN folder_id INTEGER NOT NULL DEFAULT 0").fetchall()
    for _ in connection.execute(folders.SCHEMA):
        continue
    folders.rebuild(_Statements(connection))


def _first_chunks(connection: apsw.Connection) -> None:
    """A filter finds the vectors of its passages without a look at the key of each."""
    if "firsts" not in {row[1] for row in connection.execute("PRAGMA table_info(signs)")}:
        connection.execute("ALTER TABLE signs ADD COLUMN firsts BLOB NOT NULL DEFAULT x''").fetchall()
    if connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchall():
        from gemmasearch.store import signs

        signs.find_firsts(_Statements(connection))


def _prints(connection: apsw.Connection) -> None:
    """A look at a folder whose files are as they were need not know what is known of each."""
    from gemmasearch.store import folders

    if "print" not in {row[1] for row in connection.execute("PRAGMA table_info(folders)")}:
        for _ in connection.execute(folders.PRINTS):
            continue
    for _ in connection.execute(folders.TRIGGERS):
        continue


MIGRATIONS: tuple[Callable[[apsw.Connection], None], ...] = (
    _first,
    _eight_bits,
    _links,
    _seals,
    _waiting,
    _labels,
    _erased_by_merging,
    _questions,
    _smaller,
    _folders,
    _first_chunks,
    _prints,
)
VERSION = len(MIGRATIONS)


def migrate(connection: apsw.Connection) -> None:
    """Bring the schema to VERSION. A kill leaves the version before or after a step, nothing between."""
    for number, step in enumerate(MIGRATIONS, start=1):
        if connection.pragma("user_version") >= number:
            continue  # without waiting for whoever writes
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read again inside the transaction: another process may have made the step meanwhile.
            if connection.pragma("user_version") < number:
                step(connection)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
