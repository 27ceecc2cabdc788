"""The built-in embedder: the mean of static word-piece vectors, from the weights inside wordllama's wheel.

No download, no native build, about ten thousand passages per second. Source: WordLlama
(https://github.com/dleemiller/WordLlama, MIT), model ``l2_supercat``, 256 dimensions, Matryoshka at 128, 64.
The matrix is mapped and the tokenizer read directly: importing ``wordllama`` costs more than a search. The
vectors are those of ``WordLlama.embed(..., norm=True)``.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from gemmasearch.errors import ModelMissing, ModelUnsuitable
from gemmasearch.models import Passage, Space, composed, pieces

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Tokenizer

    from gemmasearch.models.segments import Segments

WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
SIZES = (256, 128, 64)
MAX_TOKENS = 2048  # a mean over more says nothing; it bounds the work for a hostile text
MAX_CHARACTERS = 16 * MAX_TOKENS
_ROWS_FOR_IDENTITY = 32
_TEXTS_BEFORE_WIDENING = 256  # float32 rows are four times as fast to add up, and cost 32 MB and 40 ms once
_BATCH = 512
_FEW = 60  # short texts whose tokens are told in less time than the tokenizer takes to load


def package_dir() -> Path | None:
    """The folder of the wordllama package, found without importing it; None when it is not installed."""
    from importlib.util import find_spec

    spec = find_spec("wordllama")
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def _vocabulary() -> pieces.Pieces | None:
    folder = package_dir()
    there = folder is not None and (folder / TOKENIZER).is_file()
    return pieces.load(folder / TOKENIZER) if folder is not None and there else None


def is_frequent(word: str) -> bool:
    """Whether a word in small letters is frequent in English at large; False where the tokenizer is not there."""
    known = _vocabulary()
    return known is not None and known.holds(word)


class StaticEmbedder:
    """Implements :class:`~gemmasearch.models.Embedder`. A text without any token gives the zero vector."""

    def __init__(self, dim: int = 256, folder: Path | None = None) -> None:
        """
        :param dim: dimensions kept, at most 256; the model was trained for 256, 128 and 64.
        :raises ModelMissing: wordllama is not installed.
        :raises ModelUnsuitable: its weights are not what this program knows.
        """
        folder = folder or package_dir()
        if folder is None or not (folder / WEIGHTS).is_file() or not (folder / TOKENIZER).is_file():
            raise ModelMissing(
                "the built-in static embedder is not there: the package wordllama has no weights",
                "install it again: pip install --force-reinstall wordllama",
            )
        self._matrix = _Matrix(folder / WEIGHTS)
        self._wide: np.ndarray | None = None
        self._seen = 0
        self._folder = folder
        full = self._matrix.width
        self._space = Space(
            name="static",
            model=_identity(self._matrix, (folder / TOKENIZER).stat().st_size),
            dim=min(dim, full),
            full_dim=full,
            prompt_version=1,
            matryoshka=True,
            sizes=SIZES,
        )

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        """Read when it is first used: a run that finds nothing new does without."""
        return _tokenizer(self._folder / TOKENIZER)

    @cached_property
    def _pieces(self) -> pieces.Pieces | None:
        return pieces.load(self._folder / TOKENIZER)

    @cached_property
    def _segments(self) -> Segments | None:
        """None where the tokenizer is another one than the known one."""
        from gemmasearch.models.segments import Segments

        known = pieces.is_known((self._folder / TOKENIZER).read_bytes())
        return Segments(self._tokenizer) if known else None

    @property
    def space(self) -> Space:
        return self._space

    @property
    def dim(self) -> int:
        return self._space.dim

    @property
    def max_tokens(self) -> int:
        return MAX_TOKENS

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(_clean(text), add_special_tokens=False).ids)

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        texts = [f"{p.title}\n{p.text}" if p.title else p.text for p in passages]
        return self._embed(texts, self._short(texts))

    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        return self._embed(queries, self._short(queries))

    def close(self) -> None:
        self._wide = None

    def _short(self, texts: Sequence[str]) -> list[list[int]] | None:
        """The tokens of a query, or of the sentences near a question, told without the tokenizer as long as that was
        not needed; else None."""
        if (
            "_tokenizer" in self.__dict__
            or len(texts) > _FEW
            or max(map(len, texts), default=0) > pieces.LONGEST
        ):
            return None
        told = [self._pieces.ids(_clean(text)) for text in texts] if self._pieces else [None]
        return None if None in told else [ids for ids in told if ids is not None]

    def _embed(self, texts: Sequence[str], known: Sequence[Sequence[int]] | None = None) -> np.ndarray:
        """
        :param known: the tokens of the texts, where they were told already.
        """
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        table = self._table(len(texts))
        # Memory of its own for each long text would be mapped and given back each time.
        room = np.empty((MAX_TOKENS, self.dim), dtype=table.dtype)
        for first in range(0, len(texts), _BATCH):
            for row, tokens in enumerate(known or self._tokens(texts[first : first + _BATCH]), first):
                if len(ids := tokens[:MAX_TOKENS]):
                    # "clip", since numpy copies once more where it may raise an error.
                    found = table.take(ids, axis=0, out=room[: len(ids)], mode="clip")
                    found = found.astype(np.float32, copy=False)
                    np.add.reduce(found, axis=0, out=vectors[row])  # their mean has the same direction
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
        return vectors

    def _tokens(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        import numpy as np

        part = [_clean(text[:MAX_CHARACTERS]) for text in texts]
        if self._segments:
            told: Any = [np.frombuffer(ids, np.uint16) for ids in self._segments.ids(part)]
            return cast("Sequence[Sequence[int]]", told)
        return [e.ids for e in self._tokenizer.encode_batch_fast(part, add_special_tokens=False)]

    def _table(self, more: int) -> np.ndarray:
        """The rows to add up: the mapped half-precision ones, or, once there is much to do, float32 ones."""
        import numpy as np

        self._seen += more
        if self._wide is None and self._seen >= _TEXTS_BEFORE_WIDENING:
            self._wide = self._matrix.array[:, : self.dim].astype(np.float32)
        return self._matrix.array[:, : self.dim] if self._wide is None else self._wide


class _Matrix:
    """The only tensor of a safetensors file, mapped read-only: half-precision numbers, one row per token."""

    def __init__(self, path: Path) -> None:
        """
        :raises ModelUnsuitable: it is something else.
        """
        try:
            with path.open("rb") as stream:
                (length,) = struct.unpack("<Q", stream.read(8))
                header = json.loads(stream.read(min(length, 1 << 20)))
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            (tensor,) = (entry for name, entry in header.items() if name != "__metadata__")
            if tensor["dtype"] != "F16" or len(tensor["shape"]) != 2:
                raise ValueError(f"{tensor['dtype']} {tensor['shape']}")
            self.rows, self.width = (int(n) for n in tensor["shape"])
            self._offset = 8 + length + int(tensor["data_offsets"][0])
            if self._offset + 2 * self.rows * self.width > len(self._map) or self.width < 1:
                raise ValueError("cut off")
        except (ValueError, KeyError, TypeError, struct.error) as e:
            raise ModelUnsuitable(
                f"the weights of the static embedder are damaged: {path} ({e})",
                "install them again: pip install --force-reinstall wordllama",
            ) from e

    def bytes_of(self, row: int) -> bytes:
        start = self._offset + 2 * self.width * row
        return self._map[start : start + 2 * self.width]

    @cached_property
    def array(self) -> np.ndarray:
        """Shape (rows, width)."""
        import numpy as np

        count = self.rows * self.width
        return np.frombuffer(self._map, "<f2", count, self._offset).reshape(self.rows, self.width)


def _tokenizer(path: Path) -> Tokenizer:
    # Said before the first use: without it the library warns on stderr when a reader process is forked later.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def _identity(matrix: _Matrix, tokenizer_size: int) -> str:
    """A digest of rows spread over the matrix: training changes every row, and 16 MB need not be read."""
    from hashlib import sha256

    digest = sha256(f"{(matrix.rows, matrix.width)} {tokenizer_size}".encode())
    for row in range(0, matrix.rows, max(1, matrix.rows // _ROWS_FOR_IDENTITY)):
        digest.update(matrix.bytes_of(row))
    return "static-" + digest.hexdigest()


def _clean(text: str) -> str:
    """Composed as the model learned it. Lone surrogates (undecodable bytes of file names) cannot be handed to the
    tokenizer."""
    text = composed(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
