from __future__ import annotations

import numpy as np

from gemmasearch.retrieval import reranking


def test_a_direction_in_which_all_candidates_differ_tells_less() -> None:
    wide = np.array([[x, 0.1 * y] for x in (-1, 0, 1) for y in (-1, 0, 1)])
    found = reranking.apart(wide, np.array([0.1, 0.1]))
    wider, narrower = found[7] - found[1], found[5] - found[3]
    nearness = wide @ np.array([0.1, 0.1])
    before = (nearness[5] - nearness[3]) / (nearness[7] - nearness[1])
    assert 0 < 1.5 * before < narrower / wider


def test_candidates_in_one_place_are_not_set_apart() -> None:
    one = np.ones((1, 4)) / 2
    assert reranking.apart(one, one[0]).tolist() == [0.0]
    assert reranking.apart(np.repeat(one, 3, axis=0), one[0]).tolist() == [0.0] * 3


def test_few_candidates_in_a_wide_space_still_keep_their_order() -> None:
    rows = np.eye(300)[:4] + np.eye(300)[[1, 0, 3, 2]] * 0.5
    found = reranking.apart(rows, rows[0])
    assert np.argsort(-found).tolist()[:2] == [0, 1]
    assert np.isfinite(found).all()
