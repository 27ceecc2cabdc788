from __future__ import annotations

import numpy as np

from gemmasearch.models.static import StaticEmbedder
from gemmasearch.retrieval import reranking
from gemmasearch.retrieval.fusion import Fused, fuse
from gemmasearch.retrieval.pool import in_order
from gemmasearch.retrieval.reranking import READ
from gemmasearch.retrieval.search import search
from tests.embedded import embed


def test_a_direction_in_which_all_candidates_differ_tells_less() -> None:
    wide = np.array([[x, 0.1 * y] for x in (-1, 0, 1) for y in (-1, 0, 1)])
    found = reranking.apart(wide, np.array([0.1, 0.1]), reranking.SMOOTH)
    wider, narrower = found[7] - found[1], found[5] - found[3]
    nearness = wide @ np.array([0.1, 0.1])
    before = (nearness[5] - nearness[3]) / (nearness[7] - nearness[1])
    assert 0 < 1.5 * before < narrower / wider


def test_candidates_in_one_place_are_not_set_apart() -> None:
    one = np.ones((1, 4)) / 2
    assert reranking.apart(one, one[0], reranking.SMOOTH).tolist() == [0.0]
    assert reranking.apart(np.repeat(one, 3, axis=0), one[0], reranking.SMOOTH).tolist() == [0.0] * 3


def test_few_candidates_in_a_wide_space_still_keep_their_order() -> None:
    rows = np.eye(300)[:4] + np.eye(300)[[1, 0, 3, 2]] * 0.5
    found = reranking.apart(rows, rows[0], reranking.SMOOTH)
    assert np.argsort(-found).tolist()[:2] == [0, 1]
    assert np.isfinite(found).all()


def test_of_texts_in_a_foreign_language_what_they_differ_in_anyway_tells_less() -> None:
    rows = np.array([[x, 0.1 * y] for x in (-1, 0, 1) for y in (-1, 0, 1)])
    of = {id: id for id in range(len(rows))}
    known, abroad = (
        {f.chunk_id: f.score for f in reranking.by_meaning(each, of)}
        for each in (
            reranking.Vectors(range(len(rows)), rows, np.array([0.7, 0.7]), abroad=abroad)
            for abroad in (False, True)
        )
    )
    assert known[8] == abroad[8] == 1
    narrow, before = ((scores[8] - scores[7]) / (scores[8] - scores[5]) for scores in (abroad, known))
    assert narrow > 1.5 * before
    assert all(0 <= score <= 1 for score in abroad.values())


def test_the_last_of_a_short_list_was_not_read(add, store) -> None:
    for number in range(READ + 20):
        add(f"/home/dana/{number:03}.md", f"note number{number}")
    two = [(1, 5.0), (2, 4.9)]
    many = [(id, 0.9 - id / 1000) for id in range(3, READ + 20)]
    first, _ = in_order(store, fuse(two, many, 0.5), (two, many), READ)
    assert {1, 2} <= {f.chunk_id for f in first}


def test_the_one_passage_with_a_typed_number_comes_before_those_that_are_about_the_other_word(
    add, store
) -> None:
    for number in range(30):
        add(
            f"/home/dana/web/{number}.md",
            f"This browser extension number {number + 100} adds a button to the toolbar of the browser.",
            title="Browser extension",
        )
    about = "Repairs of the crane are made by qualified persons only, who wear a helmet and gloves. " * 12
    add(
        "/home/dana/crane.md",
        "\n\n".join(
            [about] * 15 + [f"{about} When fluid leaks, call extension 5518 and spread sand. {about}"]
        ),
        title="Manual of the harbour crane",
    )
    embedder = embed(store, StaticEmbedder())  # type: ignore[arg-type]
    for line in ("extension 5518", "browser extension 5518", "5518 extension toolbar"):
        assert search(store, embedder, line)[0].path == "/home/dana/crane.md", line
    assert search(store, embedder, "browser extension toolbar")[0].path != "/home/dana/crane.md"


def test_who_holds_more_of_what_a_line_names_comes_first_and_scores_stay_scores() -> None:
    ranked = [
        Fused(1, 1.0, 0.4, 0.6), Fused(2, 0.9, 0.5, 0.4), Fused(3, 0.2, 0.2, 0.0), Fused(4, 0.1, 0.0, 0.1),
    ]  # fmt: skip
    found = reranking.named(ranked, {3: 0.3, 4: 1.0, 9: 1.0})
    assert [each.chunk_id for each in found] == [4, 1, 2, 3]
    assert found[0].score == 1.0 and all(0 <= each.score <= 1 for each in found)
    for each in found:
        assert each.words is not None and each.meaning is not None
        assert abs(each.words + each.meaning - each.score) < 1e-9
    assert reranking.named(ranked, {9: 1.0}) == reranking.named(ranked, {}) == ranked
