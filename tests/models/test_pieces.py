"""Short texts have the very tokens that the tokenizers library gives them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemmasearch.models import pieces, static
from gemmasearch.models.static import StaticEmbedder

from .contract import TEXTS, path_of_tokenizer


@cache
def short() -> pieces.Pieces:
    found = pieces.load(path_of_tokenizer())
    assert found is not None, (
        "wordllama has another tokenizer: look whether the rules hold, and note its checksum"
    )
    return found


@cache
def tokenizer():  # type: ignore[no-untyped-def]
    return static._tokenizer(path_of_tokenizer())


def check(text: str) -> bool:
    """Whether the text was answered without the library."""
    found = short().ids(text)
    assert found is None or found == tokenizer().encode(text, add_special_tokens=False).ids, text
    return found is not None


def test_the_rules_hold_for_the_installed_vocabulary() -> None:
    model = json.loads(path_of_tokenizer().read_bytes())["model"]
    ids = model["vocab"]
    merges = [tuple(merge.split(" ")) for merge in model["merges"]]
    splits = {(p[:at], p[at:]) for p in ids for at in range(1, len(p)) if p[:at] in ids and p[at:] in ids}
    assert splits == set(merges)
    spaceless = [(left, right) for left, right in merges if "▁▁" not in left + right]
    ranks = [(ids[left + right], ids[left], ids[right]) for left, right in spaceless]
    assert ranks == sorted(ranks)
    assert not [p for p in ids if "▁" in p[1:] and p.strip("▁")]


@pytest.mark.parametrize(
    "text",
    ["", "a", "heating in winter", "Ünïcödé straße", "日本語の文", "naïve café 🎉🎉", "e\u0301", "a▁b", "\n\t", "x" * 190,
     "1234567890", "donaudampfschifffahrtsgesellschaft", "aaaaaaaaaaaaaaa", "\0\x7f", "don't (stop)", "https://a.b/c?d=e&f"],
)  # fmt: skip
def test_these_have_the_same_tokens(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize("text", [" a", "a  b", "<s> a", "a <unk>", "▁", "a " * 150, " "])
def test_what_might_differ_is_left_to_the_library(text: str) -> None:
    assert not check(text)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_the_same_tokens_or_is_left_to_the_library(text: str) -> None:
    check(static._clean(text))


def test_pieces_in_any_order_have_the_same_tokens() -> None:
    known = [p.replace("▁", " ") for p in short()._ids]
    chance = random.Random(7)
    assert sum(check("".join(chance.choices(known, k=chance.randint(1, 12)))) for _ in range(4000)) > 1000


def test_another_tokenizer_is_not_taken_for_the_known_one(tmp_path: Path) -> None:
    other = tmp_path / "tokenizer.json"
    other.write_bytes(path_of_tokenizer().read_bytes().replace(b'"in": 262', b'"im": 262', 1))
    assert pieces.load(other) is None


def test_a_query_has_the_same_vector_before_and_after_the_library_is_loaded() -> None:
    embedder = StaticEmbedder()
    texts = [text for text in TEXTS if len(text) < 300]
    alone = [embedder.embed_queries([text])[0] for text in texts]
    embedder.count_tokens("a")
    assert all(
        (embedder.embed_queries([text])[0] == one).all() for text, one in zip(texts, alone, strict=True)
    )
    assert np.isfinite(alone).all()


def test_a_query_needs_no_tokenizers() -> None:
    code = (
        "import sys; from gemmasearch.models.static import StaticEmbedder as E;"
        "E().embed_queries(['heating in winter']); print('tokenizers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
