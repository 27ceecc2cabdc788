"""Large indexes leave out what would only cost time, and nothing that ranks among the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.documents import Condition
from gemmasearch.store import Store, fts, narrow
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
        monkeypatch.setattr(narrow, "RANKED", 150)
        yield store


def terms(*words: str) -> list[str]:
    return [fts.word(word, ["en"]) for word in words]


def found(store: Store, *words: str, limit: int = 1000, conditions=()) -> dict[int, float]:
    return dict(store.match_any(terms(*words), limit, conditions))


def test_passages_with_a_rare_word_or_two_common_ones_are_scored_as_ever(store: Store) -> None:
    every = dict(store.match(fts.any_of(terms("report", "boiler", "winter", "zyzzyva")), 1000))
    chosen = found(store, "report", "boiler", "winter", "zyzzyva")
    assert 0 < len(chosen) < len(every) == 800
    assert {id: every[id] for id in chosen} == pytest.approx(chosen)
    assert max(every, key=lambda id: every[id]) in chosen  # the one with the rare word
    both = dict(store.match(fts.all_of(terms("boiler", "winter")), 1000))
    assert both and set(both) <= set(chosen)


def test_one_common_word_alone_still_finds_all(store: Store) -> None:
    assert len(found(store, "report")) == 800
    assert len(found(store, "report", "report")) == 800


def test_common_words_alone_find_what_holds_them_together(store: Store) -> None:
    assert set(found(store, "report", "boiler")) == set(
        dict(store.match(fts.all_of(terms("report", "boiler")), 1000))
    )


def test_within_a_filter_every_word_counts(store: Store) -> None:
    inside = [Condition("path", "has", "3.md")]
    assert len(found(store, "report", "zyzzyva", conditions=inside)) == 100
    assert found(store, "report", "zyzzyva", conditions=[Condition("path", "has", "nowhere")]) == {}
    before = found(store, "winter", conditions=inside)
    store.remove_files(row.id for row in list(store.files_below("/3.md")))
    assert before and found(store, "winter", conditions=inside) == {}  # what a filter keeps is asked again
