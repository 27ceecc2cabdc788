"""The store: one private file, true after every change, clear about what is wrong with it."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import apsw
import numpy as np
import pytest

from gemmasearch.documents import Chunk, Condition, Document, Problem
from gemmasearch.errors import IndexDamaged
from gemmasearch.models import Space
from gemmasearch.store import Store, fts, schema, seals
from gemmasearch.store.keys import lasting_hash, readers_key
from gemmasearch.store.packing import packed, plain
from gemmasearch.store.ready import ready
from tests.store.filled import SPACE, STAMP, add_note, chunks_of, embed, file_bytes, vector_of


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "made" / "index.db"


def test_text_that_sqlite_cannot_hold_keeps_its_length(db: Path) -> None:
    text = "a\ud800b\0c "
    with Store.open(db, create=True) as store:
        add_note(store, "/\udcff.md", text, title="t\udc80")
        (document,) = store.documents_at("/\udcff.md")
        assert document.text == "a\ufffdb\ufffdc " and document.title == "t\ufffd"
        assert document.path == "/\udcff.md"


def test_of_thousands_of_files_of_the_same_bytes_each_was_looked_at_for_every_other(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for number in range(50):
            file_id = store.begin_file(f"/{number:02}.bin", "")
            store.finish_file(file_id, STAMP, hash=b"same", reader="r")
        twins = store.files_with_hash(b"same")
    assert [twin.path for twin in twins] == [f"/{number:02}.bin" for number in range(len(twins))]
    assert 1 < len(twins) < 20


def test_searches_go_on_while_a_run_writes_and_see_only_what_is_finished(db: Path) -> None:
    with Store.open(db, create=True) as writer, Store.open(db, read_only=True) as reader:
        add_note(writer, "/a.md", "first ")
        with writer.writing():
            add_note(writer, "/b.md", "second ")
            assert reader.match("first", 5) and not reader.match("second", 5)
        assert reader.match("second", 5)


def test_a_document_that_changes_keeps_the_vectors_of_what_stays(db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/a.md", "one ", "two ", "three ")
        space = embed(store)
        add_note(store, "/a.md", "one ", "2 ", "three ")
        assert [p.text for p in store.pending(space, 10)] == ["2 "]
        assert store.vector_count(space) == 2
        assert not store.match("two", 5)


def test_equal_passages_share_a_vector_until_the_last_is_gone(db: Path) -> None:
    with Store.open(db, create=True) as store:
        a, b = add_note(store, "/a.md", "same "), add_note(store, "/b.md", "same ")
        space = embed(store)
        store.remove_files([a])
        assert store.vector_count(space) == 1
        store.remove_files([b])
        assert store.vector_count(space) == 0


def test_a_moved_file_is_found_under_its_new_words_only(db: Path) -> None:
    with Store.open(db, create=True) as store:
        file = add_note(store, "/old/name.md", "text ")
        space = embed(store)
        store.move_file(file, "/new/place.md", "new place.md")
        assert not store.match("path: old", 5) and store.match("path: place", 5)
        assert not store.pending(space, 5)
        store.db.run("INSERT INTO words(words, rank) VALUES('integrity-check', 1)")


def test_what_is_removed_is_gone_from_the_bytes_of_the_file(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for number in range(40):
            add_note(store, f"/n/{number}.md", f"ordinary words number {number} ")
        file = add_note(store, "/x/quagswagging.md", "zyzzogeton ", "borborygmus ", title="floccinauci")
        embed(store)
        store.checkpoint()
        vector = store.db.value(
            "SELECT vector FROM vectors JOIN chunks USING (key) WHERE text = 'zyzzogeton '"
        )
        assert all(
            w in file_bytes(db)
            for w in (b"zyzzogeton", b"borborygmus", b"quagswagging", b"floccinauci", vector)
        )
        store.remove_files([file])
        store.purge_words()
        store.checkpoint()
        left = file_bytes(db)
    assert not [
        w for w in (b"zyzzogeton", b"borborygmus", b"quagswagging", b"floccinauci", vector) if w in left
    ]
    assert b"ordinary" in left


def test_neighbours_are_exact_and_filters_hold_before_they_are_chosen(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for number in range(300):
            add_note(store, f"/{'even' if number % 2 == 0 else 'odd'}/{number}.md", f"text {number} ")
        embed(store)
        query = vector_of(b"q", 8)
        rows = store.passages(range(1, 301))
        scores = {r.chunk_id: float(vector_of(r.key, 8) @ query) for r in rows if r.key}
        best = sorted(scores, key=lambda c: -scores[c])
        got = store.nearest(query, 10)
        assert [c for c, _ in got] == best[:10]
        assert [s for _, s in got] == pytest.approx([scores[c] for c in best[:10]], abs=1e-5)
        odd = {r.chunk_id for r in rows if "odd" in r.path}
        under = store.nearest(query, 10, [Condition("path", "has", "odd")])
        assert [c for c, _ in under] == [c for c in best if c in odd][:10]
        with pytest.raises(ValueError):
            store.nearest(np.zeros(7, np.float32), 5)


def test_a_new_space_serves_only_when_it_is_complete_and_then_the_old_one_goes(db: Path) -> None:
    newer = Space("newer", "other-model", 4, 4, 1, False)
    with Store.open(db, create=True) as store:
        for number in range(5):
            add_note(store, f"/{number}.md", f"text {number} ")
        old = embed(store)
        row = store.ensure_space(newer)
        assert not row.active
        pending = store.pending(row.id, 3)
        store.add_vectors(row.id, [p.key for p in pending], np.stack([vector_of(p.key, 4) for p in pending]))
        assert not store.complete_space(row.id)
        active = store.active_space()
        assert active and active.id == old and len(store.nearest(vector_of(b"q", 8), 5)) == 5
        embed(store, newer)
        assert [s.key for s in store.spaces()] == [newer.key]
        assert store.db.value("SELECT count(*) FROM vectors") == 5


def test_vectors_that_are_no_numbers_are_refused(db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/a.md", "text ")
        row = store.ensure_space(SPACE)
        (pending,) = store.pending(row.id, 5)
        with pytest.raises(ValueError):
            store.add_vectors(row.id, [pending.key], np.full((1, 8), np.nan, np.float32))


def test_problems_are_counted_by_reason_and_a_failed_transaction_leaves_nothing(db: Path) -> None:
    with Store.open(db, create=True) as store:
        with pytest.raises(RuntimeError), store.writing():
            add_note(store, "/a.md", "text ")
            raise RuntimeError
        assert store.summary().documents == 0
        with store.writing():
            file = store.begin_file("/b.mbox", "b")
            store.put_document(file, Document("mail", "hello ", part="1"), chunks_of(["hello "]))
            store.finish_file(file, STAMP, problems=[Problem("/b.mbox", "malformed", "cut", "2")])
            file = store.begin_file("/c.pdf", "c")
            store.finish_file(file, STAMP, problems=[Problem("/c.pdf", "encrypted")], tries=1)
        summary = store.summary()
        assert (summary.skipped, summary.part_problems) == ({"encrypted": 1}, {"malformed": 1})
        assert (summary.files, summary.indexed, summary.kinds) == (2, 1, {"mail": 1})


_OLD_WORDS = """
DROP TABLE vocabulary; DROP TABLE words; DROP VIEW passage_words;
CREATE VIEW passage_words AS
SELECT c.id AS id, gs_exact(d.title) AS title, '' AS names, gs_exact(f.path_words) AS path, '' AS headings,
       gs_exact(c.text) AS body, '' AS head_forms, gs_forms(c.text, 'en') AS body_forms
FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id;
CREATE VIRTUAL TABLE words USING fts5(
    title, names, path, headings, body, head_forms, body_forms,
    content='passage_words', content_rowid='id', tokenize='ascii'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
INSERT INTO words(words) VALUES('rebuild');
PRAGMA user_version = 8;
"""


def test_an_index_with_plain_texts_and_its_body_in_the_fifth_column_stays_searchable(db: Path) -> None:
    long = "The boiler in the cellar of the old house was mended again by the plumber. " * 9
    with Store.open(db, create=True) as store:
        add_note(store, "/n/boiler.md", long, title="Heating")
        embed(store)
        store.db.run("UPDATE files SET reader = 'markdown:3,text:3'")
        store.db.run("UPDATE chunks SET text = gs_text(text)")
        own = [f"c.{name}" for name in seals.CHUNK]
        store.db.run(f"UPDATE chunks AS c SET seal = gs_seal({', '.join(own)})")
        with store.db.unprotected():
            store.db.script(_OLD_WORDS)
    with Store.open(db) as store:
        assert store.db.value("PRAGMA user_version") == schema.VERSION
        assert store.match("boiler", 5) and store.match("title : heating", 5)
        assert store.examine() == []
        assert store.db.value("SELECT reader FROM files") == readers_key("markdown:3,text:3")
        assert store.passages([id for id, _ in store.match("boiler", 5)])[0].text == long
        add_note(store, "/n/other.md", long + "More.", title="Heating")
        assert store.db.value("SELECT count(*) FROM chunks WHERE typeof(text) = 'blob'") == 1


@pytest.mark.parametrize(
    "text",
    ["", "x", "the same again and " * 40, "日本語の文章です。" * 30, "\ufffd\u2028 nul\ufffd", "0f9a" * 3],
)
def test_a_text_comes_back_as_it_was_packed(text: str) -> None:
    stored = packed(text)
    assert plain(stored) == text
    assert isinstance(stored, str) or len(stored) < len(text.encode())


def test_packing_quickly_saves_as_much_whatever_the_length() -> None:
    chance = random.Random(2)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(600)]
    for length in (300, 1000, 3833, 3834, 3835, 4096, 20_000):
        text = " ".join(chance.choices(words, k=length))[:length]
        stored = packed(text)
        assert plain(stored) == text and len(stored) <= 1.01 * len(zlib.compress(text.encode()))


def test_a_damaged_text_is_no_text_and_its_seal_says_so(db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/n/a.md", "the same again and " * 40)
        store.db.run(
            "UPDATE chunks SET text = CAST(substr(text, 1, 12) || x'00' || substr(text, 14) AS BLOB)"
        )
        assert plain(store.db.value("SELECT text FROM chunks")) == ""
        with pytest.raises(IndexDamaged):
            store.passages([1])


def test_an_index_of_the_first_schema_is_brought_up_to_date_when_it_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "i.db"
    connection = apsw.Connection(str(path))
    fts.register(connection)
    schema.MIGRATIONS[0](connection)
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}; PRAGMA user_version = 1")
    connection.execute("INSERT INTO problems(path, reason) VALUES(x'2f61', 'no-text')")
    connection.close()
    with Store.open(path, read_only=True) as store:
        assert store.summary().waiting == {}
        assert list(store.problems()) == [Problem("/a", "no-text")]
        assert store.db.value("PRAGMA user_version") == schema.VERSION


def test_the_name_of_a_folder_goes_with_its_last_file(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for path in ("/home/plans/a.md", "/home/plans/b.md", "/home/c.md"):
            add_note(store, path, "text ")
        kept = [Condition("in", "is", "plans")]
        assert len(store.kept_documents(kept)) == 2
        ids = {path: id for id, path in store.db.rows("SELECT id, path FROM files")}
        store.move_file(ids[b"/home/plans/a.md"], "/home/a.md", "a md")
        assert len(store.kept_documents(kept)) == 1
        store.remove_files([ids[b"/home/plans/b.md"]])
        assert not store.kept_documents(kept)
        assert store.db.rows("SELECT path FROM folders") == [(b"/home/",)]
        assert store.examine() == []
        store.db.run("UPDATE folders SET path = '/elsewhere/'")
        assert [finding.where for finding in store.examine()] == ["rows"]
        store.rebuild_derived()
        assert store.examine() == []


def test_an_index_of_the_ninth_schema_gets_its_folders(db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/home/plans/\udcff.md", "text ")
    old = apsw.Connection(str(db))
    for sql in (
        "DROP TRIGGER files_added",
        "DROP TRIGGER files_gone",
        "DROP TRIGGER files_changed",
        "DROP INDEX files_by_folder",
        "DROP TABLE folders",
        "ALTER TABLE files DROP COLUMN folder_id",
    ):
        old.execute(sql)
    old.pragma("user_version", 9)
    old.close()
    with Store.open(db, read_only=True) as store:
        assert len(store.kept_documents([Condition("in", "is", "plans")])) == 1
    with Store.open(db) as store:
        assert store.examine() == []


def test_new_files_of_a_transaction_leave_one_list_of_words_not_one_each(db: Path) -> None:
    """SQLite has the full-text index write what waits before any statement that may have to be undone by itself."""
    with Store.open(db, create=True) as store:
        with store.writing():
            add_note(store, "/a/first.md", "Boiler. ")
        lists = "SELECT count(DISTINCT segid) FROM words_idx"
        before = store.db.value(lists)
        with store.writing():
            for number in range(40):
                id = store.add_file(f"/a/{number}.md", "words", STAMP)
                assert id is not None
                text = f"Candle {number}. "
                store.put_document(id, Document("note", text), chunks_of([text]))
        assert store.db.value(lists) == before + 1
        assert len(store.match("candle", 100)) == 40


def test_known_files_of_a_transaction_leave_one_list_of_words_not_one_each(db: Path) -> None:
    """The same of what is done to a known file: triggers make two statements of one."""
    with Store.open(db, create=True) as store:
        with store.writing():
            ids = [add_note(store, f"/a/{number}.md", "Boiler. ") for number in range(40)]
        lists = "SELECT count(DISTINCT segid) FROM words_idx"
        before = store.db.value(lists)
        with store.writing():
            for number in range(40):
                id = store.begin_file(f"/a/{number}.md", f"a {number}.md")
                assert id == ids[number]
                text = f"Candle {number}. "
                store.put_document(id, Document("note", text, part="more"), chunks_of([text]))
                store.finish_file(id, STAMP)
                store.restamp(id, STAMP)
        assert store.db.value(lists) == before + 1
        assert len(store.match("candle", 100)) == 40


def test_a_file_added_whole_is_as_one_begun_and_finished(db: Path) -> None:
    problem = Problem("/a/two.md", "encrypted", part="p")
    with Store.open(db, create=True) as store, store.writing():
        add_note(store, "/a/one.md", "One. ")
        assert store.add_file("/new/two.md", "two", STAMP) is None  # the first one in its folder
        assert store.add_file("/a/one.md", "one", STAMP) is None  # there already
        end = {"hash": b"h" * 16, "reader": "text:1", "problems": [problem]}
        added = store.add_file("/a/two.md", "words", STAMP, **end)
        begun = store.begin_file("/a/three.md", "words")
        store.finish_file(begun, STAMP, **end)
        sql = "SELECT * FROM files WHERE id = ?"
        one, other = (store.db.rows(sql, (id,))[0] for id in (added, begun))
        assert one[2:] == other[2:]  # all but id and path
        assert store.db.value("SELECT count(DISTINCT file_id) FROM problems") == 2


def test_hashes_of_files_are_told_from_others(db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/a/one.md", "One. ")
        assert store.known_hashes([b"h" * 16, b"n" * 16]) == {b"h" * 16}
        assert store.known_hashes([]) == set()


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "visit", "meta": {"url": "https://x.example/a"}},
        {"kind": "mail", "sender": "d@x", "date": 1.7e9 + 0.5, "message_id": "1@x"},
        {
            "kind": "note",
            "part": "p/a.txt",
            "sender": "d@x",
            "date": 5.0,
            "meta": {"attached_to": "p", "subject": "s"},
        },
        {"kind": "mail", "sender": "d@x", "message_id": "1@x"},  # without a date it may be of several mails
    ],
)
def test_what_helpers_made_ready_is_forgotten_as_what_a_reader_said(more: dict[str, object]) -> None:
    document = Document(**{"text": "The kiln.", "tags": ("inbox",), **more})  # type: ignore[arg-type]
    lasting = ready(document, [Chunk(0, 0, 9, "The kiln.")], "").lasting
    said = (document.kind, document.part, document.sender, document.date, document.message_id, document.meta)
    assert lasting == lasting_hash(*said)
    assert (lasting is None) == (document.kind == "mail" and document.date is None)
