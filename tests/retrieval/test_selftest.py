"""The self-test asks what it can know the answer to, and its figures follow what the index can do."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.retrieval.selftest import questions, selftest
from gemmasearch.store.cut import Cut

ANIMALS = [
    "heron",
    "otter",
    "badger",
    "lynx",
    "marten",
    "stork",
    "beaver",
    "wolf",
    "crane",
    "hare",
    "newt",
    "viper",
]


@pytest.fixture
def library(add):
    for number, animal in enumerate(ANIMALS):
        add(
            f"/home/dana/{animal}.md",
            f"The {animal} was seen at the pond number{number} on a cold morning in spring. It stayed until the sun was high.\n",
            title=f"Diary of the {animal}",
        )
        add(
            f"/home/dana/{animal}.eml",
            f"Have you counted the {animal} since the flood of number{number} took the western bank away? Please write soon.\n",
            kind="mail", title=f"Count of every {animal}", sender=f"Dr. {animal} <{animal}@example.org>", date=1.6e9 + number * 3e6,
        )  # fmt: skip


def rates(found, mode: str, kind: str = "") -> list[tuple[int, int, int]]:
    return [(r.asked, r.at_1, r.at_10) for r in found.rows if (r.mode, r.kind) == (mode, kind)]


def test_questions_are_of_three_kinds_and_the_same_each_time(library, store) -> None:
    items = list(questions(store, 5, 1))
    assert [i.kind for i in items[:3]] == ["title", "sentence", "sender"] and len(items) == 15
    assert items == list(questions(store, 5, 1)) != list(questions(store, 5, 2))
    sender = next(i for i in items if i.kind == "sender")
    assert re.match(r'from:"Dr. \w+" date:20\d\d-\d\d \w+ \w+', sender.query)
    assert len({i.document_id for i in items if i.kind == "title"}) == 5


def test_a_title_that_several_documents_have_is_no_question(add, store) -> None:
    add("/h/a.eml", "one", kind="mail", title="Trip to Lisbon")
    add("/h/b.eml", "two", kind="mail", title="Re: Trip to Lisbon")
    add("/h/c.md", "three", title="Notes")
    add("/h/d.md", "four", title='The "big" OR -small (plan)')
    assert [i.query for i in questions(store, 9, 1)] == ["The big small plan"]


def test_figures_by_mode_and_dimension(library, store, embedded) -> None:
    found = selftest(store, embedded(), number=10)
    assert found.asked == 30
    assert rates(found, "words")[0][::2] == (30, 30) and rates(found, "words", "sender")[0][::2] == (10, 10)
    assert len(rates(found, "hybrid")) == len(rates(found, "meaning")) >= 1
    assert rates(found, "hybrid")[0][2] == 30
    assert found.verdict[0].startswith("Good: words and meaning together find 30 of 30")


def test_without_vectors_words_alone_are_asked(library, store) -> None:
    found = selftest(store, None, number=3)
    assert {r.mode for r in found.rows} == {"words"} and found.space == ""
    assert "no vectors" in found.verdict[1]


def test_an_index_that_finds_nothing_is_called_poor(library, store) -> None:
    with store.writing():
        store.db.run("INSERT INTO words(words) VALUES('delete-all')")
    found = selftest(store, None, number=5)
    assert rates(found, "words")[0][2] == 0 and found.verdict[0].startswith("Poor: words alone find 0 of")


def test_it_ends_in_time(library, store) -> None:
    assert selftest(store, None, number=10, seconds=0).asked == 3, "one of each kind at least"


def test_an_empty_index_has_no_questions(store) -> None:
    found = selftest(store, None)
    assert (found.asked, found.rows, found.verdict) == (0, (), ())


def test_cut_vectors_are_the_neighbours_by_their_first_dimensions(library, store) -> None:
    chance = np.random.default_rng(1)
    space = store.ensure_space(FakeEmbedder().space)
    pending = store.pending(space.id, 100)
    made = chance.standard_normal((len(pending), space.dim)).astype(np.float32)
    store.add_vectors(space.id, [p.key for p in pending], made)
    query = chance.standard_normal(space.dim).astype(np.float32)
    for view in Cut.to(store, [space.dim, 16]):
        cut = made[:, : view.dim]
        cosine = cut @ query[: view.dim] / np.linalg.norm(cut, axis=1) / np.linalg.norm(query[: view.dim])
        by_hand = {p.chunk_id: float(c) for p, c in zip(pending, cosine, strict=True)}
        found = view.nearest(query, 5)
        assert [score for _, score in found] == pytest.approx(sorted(by_hand.values())[:-6:-1], abs=0.01)
        assert [by_hand[id] for id, _ in found] == pytest.approx([score for _, score in found], abs=0.01)
