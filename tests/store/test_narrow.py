"""Large indexes leave out what would only cost time, and nothing that ranks among the first."""

from __future__ import annotations

import os
import random
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from gemmasearch.documents import Condition
from gemmasearch.store import Store, folders, frequency, fts, narrow, passages, words
from gemmasearch.store.keys import clean
from tests.store.filled import add_note


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of 800 passages all hold "report", half "boiler", a third "winter", and one "zyzzyva"."""
    with Store.open(tmp_path / "p" / "index.db", create=True) as store:
        for folder in range(8):
            texts = []
            for n in range(folder * 100, folder * 100 + 100):
                held = ["report", "boiler" * (n % 2), "winter" * (n % 3 == 0), "zyzzyva" * (n == 500)]
                texts.append(" ".join((*filter(None, held), f"number {n} ")))
            add_note(store, f"/{folder}.md", *texts)
        monkeypatch.setattr(narrow, "LARGE", 100)
        monkeypatch.setattr(passages, "FEW", 1)
        monkeypatch.setattr(narrow, "RANKED", 150)
        yield store


def terms(*words: str) -> list[str]:
    return [fts.word(word, ["en"]) for word in words]


def found(store: Store, *words: str, limit: int = 1000, conditions=()) -> dict[int, float]:
    asked = [narrow.Sought(term, frozenset({word})) for term, word in zip(terms(*words), words, strict=True)]
    uncounted = [narrow.Sought(term) for term in terms(*words)]
    scored = dict(store.match_any(asked, limit, conditions))
    assert dict(store.match_any(uncounted, limit, conditions)) == scored
    return scored


def test_passages_with_a_rare_word_or_two_common_ones_are_found(store: Store) -> None:
    every = dict(store.match(fts.any_of(terms("report", "boiler", "winter", "zyzzyva")), 1000))
    chosen = found(store, "report", "boiler", "winter", "zyzzyva")
    assert 0 < len(chosen) < len(every) == 800
    assert max(every, key=lambda id: every[id]) == max(
        chosen, key=lambda id: chosen[id]
    )  # with the rare word
    both = dict(store.match(fts.all_of(terms("boiler", "winter")), 1000))
    assert both and set(both) <= set(chosen)


def test_rare_words_that_are_enough_need_no_common_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow, "ENOUGH", 1)
    assert len(found(store, "boiler", "winter", "zyzzyva")) == 1


def test_common_words_that_seldom_stand_together_are_found_alone_as_well(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_note(store, "/more.md", *(f"garden {n} " for n in range(200)), "garden boiler ")
    assert len(found(store, "garden", "boiler")) == 1
    monkeypatch.setattr(passages, "FEW", 100)
    assert len(found(store, "garden", "boiler")) == 201


def test_one_common_word_alone_still_finds_all(store: Store) -> None:
    assert len(found(store, "report")) == 800
    assert len(found(store, "report", "report")) == 800


def test_common_words_alone_find_what_holds_them_together(store: Store) -> None:
    assert set(found(store, "report", "boiler")) == set(
        dict(store.match(fts.all_of(terms("report", "boiler")), 1000))
    )


def test_within_a_filter_that_keeps_enough_the_commonest_word_is_not_walked_through(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = [Condition("path", "has", "3.md")]
    monkeypatch.setattr(narrow, "RANKED", 1000)
    monkeypatch.setattr(narrow, "WALKED", 700)
    assert len(found(store, "winter", "boiler", "report", conditions=inside)) == 100  # too few without it
    monkeypatch.setattr(narrow, "ENOUGH", 50)
    assert 50 < len(found(store, "winter", "boiler", "report", conditions=inside)) < 100


def test_a_filter_that_keeps_none_of_the_rarer_words_still_finds_the_commonest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_note(store, "/other.md", *(f"report {n} " for n in range(100)))
    monkeypatch.setattr(narrow, "WALKED", 1)
    monkeypatch.setattr(narrow, "ENOUGH", 50)
    for inside in (
        Condition("path", "has", "other.md"),
        Condition("words", "match", '"report" NOT "number"'),
    ):
        assert len(found(store, "winter", "boiler", "report", conditions=[inside])) == 100


def test_within_a_filter_every_word_counts(store: Store) -> None:
    inside = [Condition("path", "has", "3.md")]
    assert len(found(store, "report", "zyzzyva", conditions=inside)) == 100
    assert found(store, "report", "zyzzyva", conditions=[Condition("path", "has", "nowhere")]) == {}
    before = found(store, "winter", conditions=inside)
    store.remove_files(row.id for row in list(store.files_below("/3.md")))
    assert before and found(store, "winter", conditions=inside) == {}  # what a filter keeps is asked again


def test_a_folder_is_found_however_its_path_is_spelt(tmp_path: Path) -> None:
    """SQLite folds the paths whose bytes are characters, gs_path the others: both as words.fold does. A file's own name
    is no folder, though it may hold what folds to a slash."""
    chance = random.Random(3)
    pieces = [b"notes", b"NOTES", b"caf\xc3\xa9", b"cafe\xcc\x81", b"caf\xe9", b"\xff", b"\x80notes", b"\xe2\x84\xaa",
              b"k", b"x\xef\xbc\x8fnotes\xef\xbc\x8fy", b"\xcc\x81notes", b"a_b", b"\xd0\x96", b"Stra\xc3\x9fe"]  # fmt: skip
    paths = sorted({b"/" + b"/".join(chance.choices(pieces, k=chance.randint(2, 5))) for _ in range(400)})
    with Store.open(tmp_path / "p" / "index.db", create=True) as store:
        for path in paths:
            add_note(store, os.fsdecode(path), "a text ")
        folded = {p: words.fold(folders.of(p).decode("utf-8", "replace")) for p in paths}
        for wanted in (
            "notes",
            "cafe",
            "Café",
            "k",
            "a_b",
            "ж",
            "strasse",
            "x",
            "notes/k",
            "nowhere",
            "\udcff",
        ):
            needle = "/" + words.fold(clean(wanted)) + "/"
            expected = {p for p in paths if needle in folded[p]}
            for negated in (False, True):
                kept = store.kept_documents([Condition("in", "is", wanted, negated)])
                sql = (
                    "SELECT f.path FROM files f JOIN documents d ON d.file_id = f.id WHERE d.id IN carray(?)"
                )
                found = {path for (path,) in store.db.rows(sql, (narrow.carray(kept),))}
                assert found == (set(paths) - expected if negated else expected)


def test_what_looks_at_files_alone_and_what_looks_further_hold_together(store: Store) -> None:
    inside, alike = Condition("in", "is", "/3.md"), Condition("path", "has", "3.md")
    note, mail = Condition("type", "is", "note"), Condition("type", "is", "mail")
    dated = Condition("has", "is", "date", negated=True)
    assert store.kept_documents([inside]) == store.kept_documents([alike]) == array("q", [4])
    assert store.kept_documents([inside, note, dated]) == array("q", [4])
    assert store.kept_documents([note, dated, alike, alike]) == array("q", [4])
    assert not store.kept_documents([inside, mail]) and not store.kept_documents([mail])
    assert len(store.kept_documents([note, dated])) == 8
    assert len(store.kept_documents([replace(inside, negated=True), note])) == 7


def test_a_folder_by_its_whole_path_is_looked_up(store: Store) -> None:
    sql, params = narrow._documents([Condition("in", "is", "/home/dana")])
    plan = " ".join(str(row) for row in store.db.rows(f"EXPLAIN QUERY PLAN {sql}", params))
    assert "SCAN f" not in plan and "path>?" in plan


def test_of_few_terms_fewer_passages_are_scored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow, "RANKED", 1000)
    assert len(found(store, "boiler", "winter")) == 800 - 266  # all with one of them
    monkeypatch.setattr(narrow, "EACH", 150)
    assert 0 < len(found(store, "boiler", "winter")) < 300  # with one of them, or with both


def test_a_word_is_as_frequent_as_its_common_stem_whatever_was_counted_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_note(store, "/stems.md", *(f"{word} {n} " for n in range(20) for word in ("reported", "zyzzyvas")))
    monkeypatch.setattr(frequency, "COMMON", 400)
    groups = [frozenset({"report", "reported"}), frozenset({"zyzzyva", "zyzzyvas"}), frozenset({"winter"})]
    first = store.frequency_of(groups)
    assert first == {"report": 820, "reported": 820, "zyzzyva": 21, "zyzzyvas": 20, "winter": 267}
    assert store.document_frequency(["reported"]) == {"reported": 20}
    assert store.frequency_of(groups) == first


def test_whether_so_many_passages_hold_a_word(store: Store) -> None:
    assert store.occurs("zyzzyva") and not store.occurs("zyzzyva", 2)
    assert store.occurs("report", 800) and not store.occurs("report", 801)
    assert not store.occurs("nowhere") and not store.occurs('"')


def test_a_word_that_stood_nowhere_is_found_once_it_is_written(store: Store) -> None:
    assert store.occurring(["zyzzyva", "nowhere", "zyzzyva"]) == {"zyzzyva"}
    add_note(store, "/new.md", "nowhere ")
    assert store.occurring(["nowhere", "zyzzyva", "elsewhere"]) == {"nowhere", "zyzzyva"}
