"""TEXT BECOMES VECTORS AND WORDS: the protocols, and the chooser that loads an implementation.

Embedders and generators are opened with :func:`open_embedder` and :func:`open_generator`; importing this
module loads no native library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np

    from gemmasearch.settings import Settings


@dataclass(frozen=True, slots=True)
class Space:
    """An embedding space: vectors are comparable only within one."""

    name: str  # for people: "embeddinggemma-300m-q8_0", "static", ...
    model: str  # sha256 of the model file, or another exact identity
    dim: int  # dimensions stored
    full_dim: int  # dimensions of the model
    prompt_version: int
    matryoshka: bool  # may be truncated further in place
    sizes: tuple[int, ...] = ()  # that a Matryoshka model was trained for; () = that is not known

    @property
    def key(self) -> str:
        """One text that is equal exactly for equal spaces."""
        return f"{self.model}:{self.dim}:{self.prompt_version}"


@dataclass(frozen=True, slots=True)
class Passage:
    """What a document prompt is made of. ``title`` is "" where there is none."""

    title: str
    text: str


@runtime_checkable
class Embedder(Protocol):
    """Vectors are float32 arrays of shape (n, dim), L2-normalised; prompts are added inside."""

    @property
    def space(self) -> Space: ...
    @property
    def dim(self) -> int: ...
    @property
    def max_tokens(self) -> int:
        """Longest text, in this embedder's tokens and with its prompt, that is embedded without being cut."""
        ...

    def count_tokens(self, text: str) -> int: ...
    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray: ...
    def embed_queries(self, queries: Sequence[str], *, task: str = "search") -> np.ndarray:
        """``task`` "classification" asks which kind of text it is, where the family has a prompt for that."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Generator(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def context(self) -> int:
        """Tokens that fit into prompt and answer together."""
        ...

    def count_tokens(self, text: str) -> int: ...
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
        """Answer pieces as they come, at temperature 0, through the model's own chat template.

        ``instruction`` is ours; ``untrusted`` (retrieved text) and ``question`` are tokenised so that nothing
        in them can become a control token. They are joined by blank lines in this order within one user turn.
        ``grammar`` is GBNF. Closing the iterator stops the generation.
        """
        ...

    def close(self) -> None: ...


def composed(text: str) -> str:
    """Letters with their accents in one piece, and Korean in whole syllables, as models learned to read them.

    Macs name files, and some PDF files and pages are written, with the accents apart (NFD).
    """
    if text.isascii():
        return text
    from unicodedata import is_normalized, normalize

    return text if is_normalized("NFC", text) else normalize("NFC", text)


def open_embedder(settings: Settings, *, lazy: bool = False) -> Embedder:
    """The embedder that ``settings.embedder`` asks for; a ``lazy`` one loads its GGUF file with the first text.

    "auto" is EmbeddingGemma if its file is in the models folder, else the built-in static one; otherwise "static",
    "fake", a name of the catalog, or the path of a GGUF file.

    :raises ModelMissing: it is not on this machine; the hint says how to get it.
    :raises ModelUnsuitable: no GGUF, damaged, no embedding model, or without what its family needs.
    """
    from gemmasearch.models import choose

    return choose.open_embedder(settings, lazy=lazy)


def check_size(space: Space, settings: Settings) -> None:
    """:raises UsageProblem: a Matryoshka model was told to keep dimensions that it was not trained for.

    Of what it has in full, more is as much; a model of another kind keeps all anyway.
    """
    from gemmasearch.models import choose

    choose.check_size(space, settings)


def depends_on(choice: str, settings: Settings) -> list[str] | None:
    """The files, there or not, that decide which embedder ``choice`` is, beside the packages that are installed; None
    if that depends on the folder a command is run in."""
    from gemmasearch.models import choose

    return choose.depends_on(choice, settings)


def open_generator(settings: Settings) -> Generator | None:
    """The generator that ``settings.generator`` asks for; None for "none", and for "auto" where none is at hand.

    "auto" is Gemma 3 270M if its file is in the models folder, else SmolLM2 if the package that carries it is
    installed; otherwise "fake", a name of the catalog, or the path of a GGUF file.

    :raises ModelMissing: it is not on this machine; the hint says how to get it.
    :raises ModelUnsuitable: no GGUF, damaged, or an embedding model.
    """
    from gemmasearch.models import choose

    return choose.open_generator(settings)


def calibrated(embedder: Embedder, settings: Settings, passages: Sequence[Passage]) -> bool:
    """Let an embedder find out its fastest threads and batches, some ten seconds long, and remember them for this
    machine and model. :return: False where there is nothing to choose, or the settings say how many threads.
    """
    from gemmasearch.models import choose

    return choose.calibrated(embedder, settings, passages)


def begin(embedder: Embedder) -> None:
    """Let an embedder that was opened ``lazy`` load its file beside what comes before its first text."""
    from gemmasearch.models import choose

    choose.begin(embedder)


def in_bulk(embedder: Embedder, settings: Settings, passages: int) -> AbstractContextManager[int]:
    """Within it the embedder may take more memory to embed so many passages faster; what it had is given back at the
    end. Whether that pays is tried once per model and machine, some ten seconds long.

    :return: how many calls it works on at a time.
    """
    from gemmasearch.models import choose

    return choose.in_bulk(embedder, settings, passages)


def rebuilt(embedder: Embedder, settings: Settings) -> str:
    """The command that builds llama.cpp again so that a part of this processor is used which the one at hand leaves
    idle; "" where nothing would be gained."""
    from gemmasearch.models import choose

    return choose.rebuilt(embedder, settings)
