"""Many texts have the very tokens that the tokenizers library gives them, each by itself."""

from __future__ import annotations

import json
import random
import string
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemmasearch.models import segments, static
from gemmasearch.models.segments import Segments

from .contract import TEXTS, path_of_tokenizer

WORDS = ("boiler", "don't", "(see", "x=1,", "https://a.b/c?d=e&f", "Größe,", "naïve", "e\u0301t", "日本語の文",
         "🎉", "<s>", "</s>a", "<unk", "\x01", "▁", "▁▁a", "", "", "\t", "\n", "\n\n", " \n ", "4711", "2nd", "--",
         "C:\\x_y", "|", "a" * 60, "ab1" * 40, "\r\n", "\u00a0", "Ünï-код")  # fmt: skip


@cache
def tokenizer():  # type: ignore[no-untyped-def]
    return static._tokenizer(path_of_tokenizer())


@cache
def known() -> Segments:
    return Segments(tokenizer())


def check(texts: list[str], by: Segments | None = None) -> None:
    found = [np.frombuffer(ids, np.uint16).tolist() for ids in (by or known()).ids(texts)]
    assert found == [tokenizer().encode(text, add_special_tokens=False).ids for text in texts]


def test_no_piece_of_the_installed_vocabulary_crosses_a_border() -> None:
    model = json.loads(path_of_tokenizer().read_bytes())["model"]
    assert len(model["vocab"]) <= 1 << 16
    for left, right in (merge.split(" ") for merge in model["merges"]):
        assert "\n" not in left + right
        assert right[0] != "▁" or set(left) == {"▁"}
        for before, after in pairwise((left + right).replace("▁", "")):
            assert not {before, after}.intersection(string.digits)
            assert before.isalpha() == after.isalpha() or not (before + after).isascii()


def test_texts_have_the_same_tokens() -> None:
    texts = [static._clean(text) for text in TEXTS]
    check([*texts, " a", "a  b", "  ", "a " * 150, " (a", "a. b.c", "\na\n b", "boiler, boiler", "x" * 500])


@pytest.mark.parametrize("kept", [40, segments.KEPT])
def test_they_have_them_however_much_is_remembered(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(segments, "KEPT", kept)
    chance, few = random.Random(3), Segments(tokenizer())
    for _ in range(60):
        check([" ".join(chance.choices(WORDS, k=chance.randint(0, 30))) for _ in range(8)], few)
    assert all(len(segment) <= segments.LONGEST for segment in (*few._known, *few._parts))


def test_pieces_in_any_order_have_the_same_tokens() -> None:
    vocabulary = [piece.replace("▁", " ") for piece in tokenizer().get_vocab()]
    chance = random.Random(7)
    for _ in range(100):
        check(["".join(chance.choices(vocabulary, k=chance.randint(1, 12))) for _ in range(40)])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_texts_have_the_same_tokens(texts: list[str]) -> None:
    check([static._clean(text) for text in texts])
