"""Nothing relevant is said, and what is there is never withheld. With the built-in static embedder."""

from __future__ import annotations

import pytest

from gemmasearch.models import Passage
from gemmasearch.models.static import StaticEmbedder
from gemmasearch.retrieval import search


@pytest.fixture
def embedder(add, store):
    add(
        "/home/dana/bread.md",
        "Sourdough bread needs flour, water and salt. Let the dough rest for twelve hours.",
        title="Bread",
    )
    add(
        "/home/dana/boiler.md",
        "The gas boiler was serviced in May; the plumber replaced the valve of the radiator.",
        title="Heating",
    )
    add(
        "/home/dana/lisbon.md",
        "We take the night train to Lisbon and stay in a small hotel near the river.",
        title="Trip",
    )
    model = StaticEmbedder()
    space = store.ensure_space(model.space)
    pending = store.pending(space.id, 100)
    store.add_vectors(
        space.id, [p.key for p in pending], model.embed_documents([Passage(p.title, p.text) for p in pending])
    )
    store.complete_space(space.id)
    yield model
    model.close()


@pytest.mark.parametrize(
    "line",
    [
        "zzzzqqqq",
        "quantum chromodynamics lagrangian",
        "who won the football world cup in 1998",
        "which emperor wanted a night bridge over the salt marshes of Ravenna",
        "when did the parliament of Scotland replace its presiding officer",
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "meaning"])
def test_ten_unrelated_hits_are_no_answer(store, embedder, line, mode) -> None:
    assert search(store, embedder, line, mode=mode) == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("bread", "Bread"),
        ("boiler", "Heating"),
        ("lisbon hotel", "Trip"),
        ("how long must the dough rest", "Bread"),
        ("recipe for a loaf of bread with salt", "Bread"),
        ("to Lisbon by railway", "Trip"),
        ("heating.md", None),
        ("boiler.md", "Heating"),
    ],
)
def test_what_is_there_is_shown(store, embedder, line, title) -> None:
    found = search(store, embedder, line)
    assert title is None or found[0].title == title


@pytest.mark.parametrize(
    ("line", "title"), [("plumb*", "Heating"), ("sourd* flou*", "Bread"), ("lisb*", "Trip")]
)
def test_the_beginning_of_a_word_was_refused_as_a_word_that_is_nowhere(store, embedder, line, title) -> None:
    found = search(store, embedder, line)
    assert [hit.title for hit in found][:1] == [title]
    assert found[0].snippet.marks, "what the beginning stands for is marked"


def test_an_alternative_that_is_nowhere_costs_the_other_nothing(store, embedder) -> None:
    alone, either = (search(store, embedder, line)[0] for line in ("+sourdough", "sourdough OR zzzzqqqq"))
    assert either.title == alone.title and either.score == pytest.approx(alone.score, abs=0.1)
