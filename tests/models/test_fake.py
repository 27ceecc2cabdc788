from __future__ import annotations

import pytest

from gemmasearch.models import Passage
from gemmasearch.models.fake import FakeEmbedder, FakeGenerator

from .contract import EmbedderContract, GeneratorContract


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> FakeEmbedder:
        return FakeEmbedder()


class TestFakeGenerator(GeneratorContract):
    @pytest.fixture
    def generator(self) -> FakeGenerator:
        return FakeGenerator()


def test_more_shared_words_are_nearer() -> None:
    embedder = FakeEmbedder()
    near, far = embedder.embed_documents([Passage("", "hot tea kettle"), Passage("", "cold beer glass")])
    (query,) = embedder.embed_queries(["tea kettle"])
    assert near @ query > 0.5 > far @ query


def test_counts_what_was_embedded() -> None:
    embedder = FakeEmbedder()
    embedder.embed_documents([Passage("", "a"), Passage("", "b")])
    embedder.embed_queries(["a"])
    assert (embedder.documents, embedder.queries) == (2, 1)


def test_quotes_the_fitting_sentence_with_its_label() -> None:
    answer = "".join(
        FakeGenerator().stream("", "[1] Lunch is at noon. Tea is at four.\n[2] Cats purr.", "When is tea?")
    )
    assert answer == "Tea is at four. [1]"


def test_says_when_it_does_not_know() -> None:
    assert "".join(FakeGenerator().stream("", "[1] Cats purr.", "Who won?")) == "I do not know."
