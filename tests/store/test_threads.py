"""Conversations: names of messages, and indexes that were made before these were kept."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from gemmasearch.documents import Document
from gemmasearch.store import Store, schema, threads
from gemmasearch.store.subjects import base_subject
from tests.store.filled import STAMP, chunks_of, without_seals


@pytest.mark.parametrize(
    ("subject", "base", "reply"),
    [
        ("Trip", "trip", False),
        ("Re: Trip", "trip", True),
        ("RE : AW: Re[3]: Re^2: [list] Re (2): Trip", "trip", True),
        ("Fwd: Trip", "trip", False),
        ("WG: AW: Trip", "trip", True),
        ("回复：旅行", "旅行", True),
        ("SV: Tur (was: Re: old)", "tur", True),
        ("Re:", "", True),
        ("[list]", "[list]", False),
        ("Report: costs", "report: costs", False),
        ("", "", False),
    ],
)
def test_marks_of_replies_and_lists_come_off_a_subject(subject: str, base: str, reply: bool) -> None:
    assert base_subject(subject) == (base, reply)


def add(store: Store, name: str, references: tuple[str, ...] = ()) -> int:
    document = Document("mail", "text", title="Re: x", message_id=name, references=references)
    with store.writing():
        file = store.begin_file(f"/m/{name}", name)
        id = store.put_document(file, document, chunks_of(["text"]))
        store.finish_file(file, STAMP)
    return id


def test_an_index_from_before_gets_its_links(tmp_path: Path) -> None:
    db = tmp_path / "made" / "index.db"
    with Store.open(db, create=True) as store:
        one, two = add(store, "one"), add(store, "two", ("one",))
        assert store.thread(two) == [one, two]
    connection = apsw.Connection(str(db))
    connection.execute("DROP TABLE links")
    without_seals(connection)
    connection.pragma("user_version", schema.MIGRATIONS.index(schema._links))
    connection.close()
    with Store.open(db) as store:
        assert store.thread(two) == [one, two]
        assert store.db.value("PRAGMA user_version") == schema.VERSION


def test_a_conversation_of_thousands_ends_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MOST_MESSAGES", 20)
    with Store.open(tmp_path / "made" / "index.db", create=True) as store:
        last = [add(store, f"m{i}", ("m0", f"m{i - 1}") if i else ()) for i in range(30)][-1]
        assert len(store.thread(last)) == 20
