"""Embeddings from a GGUF file through llama.cpp: prompts, batches, pooling, Matryoshka truncation.

Non-causal models need a text within one physical batch, so n_ctx = n_batch = n_ubatch. One attention mask covers
a whole batch, so large batches are slower: texts are sorted by length and sent in small ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import ModelUnsuitable
from gemmasearch.models import Passage, Space, composed
from gemmasearch.models.header import Header
from gemmasearch.models.lanes import Lane, Lanes
from gemmasearch.models.native import Native, cores
from gemmasearch.models.prompts import PROMPT_VERSION, family_of

if TYPE_CHECKING:
    import numpy as np

DENSE = ("dense_2", "dense_3")
SMALLEST_BATCH = 512  # tokens; measured: from here on a larger physical batch is slower
MAX_TOKENS = 2048
BATCH_TOKENS = 160  # tokens per decode; measured with EmbeddingGemma and MiniLM: 64 and 512 are slower
BATCH_TEXTS = 8  # texts per decode
_POOLED = {1: "mean", 2: "cls", 3: "last"}
_CHARACTERS_PER_TOKEN = 24  # a longer text is cut before it is tokenised


class GgufEmbedder:
    """Implements :class:`~gemmasearch.models.Embedder` for any embedding GGUF that llama.cpp runs."""

    def __init__(
        self,
        path: Path,
        header: Header,
        sha256: str,
        *,
        name: str = "",
        dim: int = 256,
        threads: int = 0,
        longest: int = SMALLEST_BATCH,
        gpu_layers: int = -1,
        batch_tokens: int = BATCH_TOKENS,
        lazy: bool = False,
        tiles: bool = False,
    ) -> None:
        """
        :param lazy: load the file when the first text comes.
        :param tiles: see :meth:`reload`.
        :param batch_tokens: per decode, for texts that are shorter.
        :param dim: dimensions kept where the family is a Matryoshka one; others keep all.
        :param threads: 0 = one per core.
        :param longest: tokens a text may have, prompt included, as far as the model allows.
        :raises ModelUnsuitable: no embedding model, or it lacks what its family needs.
        """
        self.family = family_of(header)
        full, pooling = _check(path, header)
        trained = int(header.own("context_length", SMALLEST_BATCH) or SMALLEST_BATCH)
        self._tokens = min(max(longest, SMALLEST_BATCH), MAX_TOKENS, trained)
        self._batch_tokens = batch_tokens
        self._space = Space(
            name=name or path.stem.lower(),
            model=sha256,
            dim=min(dim, full) if self.family.matryoshka else full,
            full_dim=full,
            prompt_version=PROMPT_VERSION,
            matryoshka=self.family.matryoshka,
            sizes=self.family.sizes,
        )
        self._path = path
        self._pooling = pooling
        self._tail: int | None = None
        self._lanes = Lanes(path, self._configure, self._tokens, threads or cores(), gpu_layers)
        if tiles:
            self._lanes.reload(tiles=True)
        elif not lazy:
            self._lanes.load()

    def _configure(self, parameters: Any) -> None:
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = self._tokens
        parameters.n_seq_max = min(BATCH_TEXTS, self._tokens)
        parameters.n_threads = parameters.n_threads_batch = self._lanes.threads
        parameters.embeddings = True
        parameters.pooling_type = self._pooling
        parameters.kv_unified = True

    @property
    def space(self) -> Space:
        return self._space

    @property
    def dim(self) -> int:
        return self._space.dim

    @property
    def max_tokens(self) -> int:
        return self._tokens

    def count_tokens(self, text: str) -> int:
        with self._lanes.lane() as lane:
            return len(lane.native.tokens(composed(text), wrap=False))

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        return self._embed([self.family.document_text(p.title, p.text) for p in passages])

    @property
    def path(self) -> Path:
        return self._path

    @property
    def shape(self) -> tuple[int, int]:
        """Threads, and tokens per decode."""
        return self._lanes.threads, self._batch_tokens

    def reshape(self, threads: int, batch_tokens: int) -> None:
        """Go on with other threads and batches; vectors stay the same but for rounding."""
        self._lanes.share(threads)
        self._batch_tokens = batch_tokens

    def reload(self, *, tiles: bool = False, halves: Path | None = None) -> None:
        """Go on with AMX tiles (:mod:`gemmasearch.models.tiles`), or with the same weights from another file
        (:mod:`gemmasearch.models.halves`), or without: then the file is loaded with the next text. Vectors stay the
        same but for rounding.

        :raises ModelUnsuitable: there is no memory for them.
        """
        self._lanes.reload(tiles=tiles, halves=halves)

    def begin(self) -> None:
        """Let the file be loaded beside other work."""
        self._lanes.begin()

    def in_two_lanes(self) -> AbstractContextManager[int]:
        """Within it two batches are embedded side by side (:mod:`gemmasearch.models.lanes`), where that pays. Vectors
        stay the same but for rounding. :return: how many lanes there are."""
        return self._lanes.two()

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        return self._embed([self.family.query_text(q, task) for q in queries])

    def close(self) -> None:
        self._lanes.close()

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        full = self._space.full_dim
        vectors = np.zeros((len(texts), full), dtype=np.float32)
        with self._lanes.lane() as lane:
            tokens = [self._tokenise(lane.native, text) for text in texts]

        def decode(lane: Lane, rows: Sequence[int]) -> None:
            vectors[rows] = lane.pooled([tokens[row] for row in rows], full)

        self._lanes.each(decode, list(_batches(tokens, self._tokens, self._batch_tokens)))
        return truncate(vectors, self.dim)

    def _tokenise(self, native: Native, text: str) -> list[int]:
        """Prompt and text as tokens, at most ``max_tokens``, the closing token kept when the text is cut."""
        limit = self._tokens
        tokens = native.tokens(composed(text[: limit * _CHARACTERS_PER_TOKEN]), wrap=True)
        if len(tokens) > limit:
            if self._tail is None:
                self._tail = _tail_length(native)
            tokens = tokens[: limit - self._tail] + tokens[len(tokens) - self._tail :]
        return tokens


def _tail_length(native: Native) -> int:
    """How many closing tokens (SEP, EOS) the model wants after a text."""
    bare, wrapped = native.tokens("a", wrap=False), native.tokens("a", wrap=True)
    for tail in range(len(wrapped) - len(bare) + 1):
        end = len(wrapped) - tail
        if wrapped[end - len(bare) : end] == bare:
            return tail
    return 0


def truncate(vectors: np.ndarray, dim: int) -> np.ndarray:
    """The first ``dim`` columns, each row of length 1 again (Matryoshka, https://arxiv.org/abs/2205.13147).

    A row without length, or with numbers that are none, becomes the zero vector.
    """
    import numpy as np

    short: np.ndarray = np.ascontiguousarray(vectors[:, :dim], dtype=np.float32)
    norms = np.linalg.norm(short, axis=1, keepdims=True)
    good = np.isfinite(norms) & (norms > 0)
    return np.where(good, short, 0).astype(np.float32) / np.where(good, norms, 1).astype(np.float32)


def _batches(texts: Sequence[Sequence[int]], size: int, wanted: int) -> Iterator[list[int]]:
    """Rows to decode together: neighbours in length, within the limits on tokens and texts."""
    batch: list[int] = []
    used = 0
    for row in sorted(range(len(texts)), key=lambda r: -len(texts[r])):
        length = len(texts[row])
        if not length:
            continue
        if batch and (used + length > min(size, wanted) or len(batch) >= min(BATCH_TEXTS, size)):
            yield batch
            batch, used = [], 0
        batch.append(row)
        used += length
    if batch:
        yield batch


def _check(path: Path, header: Header) -> tuple[int, int]:
    """Output dimensions and pooling type of an embedding model.

    :raises ModelUnsuitable: it is none, or its dense layers are missing.
    """
    architecture = header.architecture
    pooling = header.own("pooling_type")
    if architecture == "gemma-embedding":
        return _check_dense(path, header), int(pooling or 1)
    if pooling not in _POOLED:
        what = "a reranker" if pooling == 4 else "no embedding model"
        raise ModelUnsuitable(
            f"{path} is {what} (architecture {architecture or 'unknown'}, no pooling)",
            "choose an embedding model: `gsearch models list`",
        )
    full = header.own("embedding_length_out") or header.own("embedding_length")
    if not isinstance(full, int) or not 0 < full <= 1 << 16:
        raise ModelUnsuitable(f"{path} does not say how many dimensions it has")
    return full, int(pooling)


def _check_dense(path: Path, header: Header) -> int:
    missing = [name for name in DENSE if f"{name}.weight" not in header.tensors]
    wide = header.own("dense_3_feat_out") or (None if missing else header.tensors["dense_3.weight"].shape[-1])
    if missing or not isinstance(wide, int) or not 0 < wide <= 1 << 16:
        raise ModelUnsuitable(
            f"{path} lacks the dense layers {' and '.join(missing or DENSE)} of EmbeddingGemma: "
            "its vectors would have nothing in common with the model's own",
            "fetch the complete file: gsearch models pull embeddinggemma-300m",
        )
    return wide
