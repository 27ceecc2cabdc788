"""Scores are chances: they fall with the place, and do not depend on how many hits are shown."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import calibration, parse, search, terms
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.search import roll_up


def garden(add) -> None:
    for i, text in enumerate(
        (
            "Tomatoes need sun, water and a stake to climb on.",
            "Water the tomatoes in the morning and never on the leaves.",
            "The stake of the old fence has rotted away in the rain.",
            "A morning in the garden is worth a day in the office.",
            "Potatoes are ready when their leaves turn yellow.",
        )
    ):
        add(f"/home/dana/garden/{i}.md", text, title=f"Garden {i}")


def test_scores_fall_and_are_the_same_however_many_are_shown(add, store, embedded) -> None:
    garden(add)
    embedder = embedded()
    for mode in ("words", "meaning", "hybrid"):
        scores = [h.score for h in search(store, embedder, "water tomatoes morning", mode=mode)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
        shown = search(store, embedder, "water tomatoes morning", mode=mode, limit=1)
        assert shown[0].score == scores[0]


def test_what_words_and_meaning_gave_adds_up_to_the_place_of_a_hit(add, store, embedded) -> None:
    garden(add)
    found = search(store, embedded(), "water tomatoes morning")
    places = [(h.words or 0) + (h.meaning or 0) for h in found]
    assert places == sorted(places, reverse=True)
    assert abs(places[0] - 1) < 1e-6


def test_a_document_of_one_passage_is_not_put_behind_longer_ones() -> None:
    fused = [Fused(1, 0.95, 0.95, None), Fused(2, 0.93, 0.93, None), Fused(3, 0.93, 0.93, None)]
    assert [f.chunk_id for f in roll_up(fused, {1: 10, 2: 20, 3: 20}, 1)] == [1, 2]


def test_what_a_line_says_twice_counts_twice() -> None:
    query = parse("Cost and determination of cost of libraries")
    known = terms.languages(query)
    shares = {c.text: c.share for c in terms.counted(query, terms.telling(query, known), known)}
    assert shares["cost"] == 2 * shares["librari"]


def test_no_chance_is_below_what_follows_it() -> None:
    assert calibration.in_order([0.2, 0.9, 0.1, 0.3]) == [0.9, 0.9, 0.3, 0.3]
    assert calibration.in_order([]) == []


def test_a_chinese_line_is_covered_by_its_pairs_of_characters_and_not_all_or_nothing(add, store) -> None:
    add("/home/dana/a.md", "华沙是波兰的首都。", title="a")
    query = parse("华沙动物园")
    known = terms.languages(query)
    rare = calibration.rarity(store, [form for term in query.terms for form in terms.forms(term, known)])
    assert len(rare) > 1
    assert 0 < calibration.cover("华沙是波兰的首都。", "zh", rare) < 0.5


def test_a_long_line_is_refused_where_a_short_one_is_not() -> None:
    known = calibration.weights("static")
    shown = [(0.0, 1.0, 0.28), (0.0, 0.7, 0.2)]
    assert not calibration.nothing(known, shown, 2)
    assert calibration.nothing(known, shown, 3)
    assert calibration.nothing(known, shown, 6)
    assert not calibration.nothing(known, [(0.7, 1.0, 0.6)], 6)
    assert not calibration.nothing(known, [], 6)


def test_a_line_in_another_language_is_judged_by_its_words_alone() -> None:
    known = calibration.weights("static", "Wer reparierte das Dach der Scheune", "de")
    assert calibration.scores(known, [(0.0, 1.0, 0.9)]) == calibration.scores(known, [(0.0, 1.0, 0.1)])
    assert calibration.weights("static", "华沙动物园", "zh") is calibration.UNSPACED
    assert calibration.weights("embeddinggemma-300m", "Wer reparierte das Dach", "de") is calibration.WORDS


@pytest.mark.parametrize(
    ("space", "dim", "passages", "best", "others", "chance"),
    [
        ("static", 256, 500, 0.27, 0.2, True),
        ("static", 256, 500, 0.27, 0.15, False),  # it stands out
        ("static", 256, 500, 0.29, 0.27, False),  # many are about it
        ("static", 256, 100_000, 0.29, 0.27, True),  # the best of more
        ("static", 256, 100_000, 0.35, 0.28, False),
        ("static", 64, 500, 0.5, 0.45, True),  # fewer dimensions scatter more
        ("static", 64, 500, 0.5, 0.4, False),
        ("all-MiniLM-L6-v2-q8_0", 384, 500, 0.3, 0.25, True),
        ("all-MiniLM-L6-v2-q8_0", 384, 500, 0.35, 0.3, False),
    ],
)
def test_a_word_that_stands_nowhere_was_found_by_the_best_of_many_chance_cosines(
    space: str, dim: int, passages: int, best: float, others: float, chance: bool
) -> None:
    cosines = [others] * 30 + [best]
    assert calibration.by_chance(space, dim, passages, cosines) is chance
    known = calibration.weights(space)
    assert calibration.nothing(known, [(0.0, 1.0, best)], 1, chance) is chance
    assert not calibration.nothing(known, [(0.3, 1.0, best)], 1, chance), "a word of it stands there"


def test_too_few_passages_tell_nothing_of_chance() -> None:
    assert not calibration.by_chance("static", 64, 500, [0.3] * calibration.OTHERS)
    assert not calibration.by_chance("static", 64, 0, [])
