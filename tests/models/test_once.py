from __future__ import annotations

import numpy as np
import pytest

from gemmasearch.models import Passage
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.models.once import Once

from .contract import EmbedderContract


class TestOnce(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Once:
        return Once(FakeEmbedder())


def test_the_sentences_of_a_question_were_embedded_again_for_each_of_its_halves() -> None:
    bare = FakeEmbedder()
    once = Once(bare)
    kettle, lamp, sofa = (Passage("", text) for text in ("the tea kettle", "a lamp", "the sofa"))
    first = once.embed_documents([kettle, lamp, kettle])
    again = once.embed_documents([lamp, sofa, kettle])
    assert bare.documents == 3
    assert np.array_equal(first, FakeEmbedder().embed_documents([kettle, lamp, kettle]))
    assert np.array_equal(again, FakeEmbedder().embed_documents([lamp, sofa, kettle]))
    assert once.embed_documents([]).shape == (0, once.dim)


def test_no_more_sentences_are_remembered_than_need_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Once, "MOST", 1)
    bare = FakeEmbedder()
    once = Once(bare)
    for _ in range(3):
        once.embed_documents([Passage("", "the tea kettle"), Passage("", "a lamp")])
    assert bare.documents == 6
