"""Deterministic models without any weights: they make what a program does testable to the byte.

They are real implementations of the protocols, small enough to predict by hand, and they ship: a script that
uses the library can be tested without a model file (``embedder = "fake"``, ``generator = "fake"``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from gemmasearch.models import Passage, Space, composed

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_SENTENCE = re.compile(r"[^.!?\n]*[^.!?\s][.!?]*")
_LABEL = re.compile(r"\s*\[(\d+)\]")


class FakeEmbedder:
    """A hashed bag of words: the cosine of two texts grows with the words they share, and nothing else.

    Each word adds ±1 to one dimension that its hash names. ``documents`` and ``queries`` count the texts that
    were embedded, so that a test can show that something was *not* embedded again.
    """

    def __init__(self, dim: int = 256, max_tokens: int = 512, name: str = "fake") -> None:
        self._space = Space(name, f"{name}-1", dim, dim, 1, False)
        self._max_tokens = max_tokens
        self.documents = 0
        self.queries = 0

    @property
    def space(self) -> Space:
        return self._space

    @property
    def dim(self) -> int:
        return self._space.dim

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        return len(_TOKEN.findall(text))

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        self.documents += len(passages)
        return self._embed([f"{p.title}\n{p.text}" for p in passages])

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        self.queries += len(queries)
        return self._embed(queries)

    def close(self) -> None:
        """Nothing is held."""

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(_first_tokens(composed(text), self._max_tokens).lower()):
                number = int.from_bytes(
                    blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big"
                )
                vectors[row, (number >> 1) % self.dim] += 1 if number & 1 else -1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
        return vectors


class FakeGenerator:
    """Answers with the sentence of the untrusted text that shares most words with the question.

    A line that begins with a label such as ``[2]`` hands it to its sentences: the answer ends with `` [2]``.
    With no word shared it says ``I do not know.``
    """

    def __init__(self, context: int = 2048, name: str = "fake") -> None:
        self._context = context
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    def count_tokens(self, text: str) -> int:
        return len(_TOKEN.findall(text))

    def stream(
        self,
        instruction: str,
        untrusted: str,
        question: str,
        *,
        max_tokens: int = 256,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """The answer word by word; ``instruction`` and ``grammar`` have no influence."""
        answer = _first_tokens(self._answer(untrusted, question), max_tokens)
        cuts = [at for word in stop if word and (at := answer.find(word)) >= 0]
        yield from re.findall(r"\s*\S+", answer[: min(cuts, default=len(answer))])

    def close(self) -> None:
        """Nothing is held."""

    @staticmethod
    def _answer(untrusted: str, question: str) -> str:
        wanted = set(_WORD.findall(question.lower()))
        best, answer, label = 0, "I do not know.", ""
        for line in untrusted.splitlines():
            if found := _LABEL.match(line):
                label = f" [{found[1]}]"
                line = line[found.end() :]
            for sentence in _SENTENCE.findall(line):
                shared = len(wanted & set(_WORD.findall(sentence.lower())))
                if shared > best:
                    best, answer = shared, sentence.strip() + label
        return answer


def _first_tokens(text: str, limit: int) -> str:
    for number, token in enumerate(_TOKEN.finditer(text), 1):
        if number > limit:
            return text[: token.start()]
    return text
