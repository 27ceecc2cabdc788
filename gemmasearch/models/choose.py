"""Which model: a setting -> an opened embedder or generator.

Unknown files are tried in a child process first (:mod:`gemmasearch.models.probe`); files of the catalog are
checked against their pinned hash instead. A model that was asked for and cannot be had is an error, never
silently another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.errors import ModelMissing, ModelUnsuitable, UsageProblem
from gemmasearch.models import Embedder, Generator, Passage, Space, catalog
from gemmasearch.models.catalog import Entry
from gemmasearch.models.facts import Facts
from gemmasearch.models.header import CONVERT, Header, read_header
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models.gguf import GgufEmbedder

DEFAULT_EMBEDDER = "embeddinggemma-300m"
DEFAULT_GENERATORS = ("gemma-3-270m-it-qat", "smollm2-135m")
_HUB_NAME = light.pattern(r"(?!\.)[\w.-]+/[\w.-]+(?<!\.gguf)\Z")  # owner/name
_SIZES = (768, 512, 256, 128, 64)  # of Matryoshka models whose own are not known
LANES = 16  # passages from which a second context pays: its first decode takes up to a fifth of a second more
_PROMPT_ROOM = 96  # tokens beside a passage: prompt, title, a paragraph kept whole


def open_embedder(settings: Settings, *, lazy: bool = False) -> Embedder:
    """See :func:`gemmasearch.models.open_embedder`."""
    choice = settings.embedder
    if choice == "auto":
        entry = catalog.find(DEFAULT_EMBEDDER)
        assert entry is not None
        path = catalog.locate(entry, settings)
        return _gguf_embedder(path, entry, settings, lazy) if path else _static(settings)
    if choice == "fake":
        from gemmasearch.models.fake import FakeEmbedder

        return FakeEmbedder()
    entry = catalog.find(choice)
    if entry and entry.name == "static":
        return _static(settings)
    return _gguf_embedder(_path(choice, entry, "embedder", settings), entry, settings, lazy)


def check_size(space: Space, settings: Settings) -> None:
    """See :func:`gemmasearch.models.check_size`."""
    origin, sizes = settings.origin("dim"), [size for size in space.sizes or _SIZES if size <= space.full_dim]
    fits = not space.matryoshka or settings.dim >= space.full_dim or settings.dim in sizes
    if fits or origin.source == "default":
        return
    said = f"{origin.name}: dim" if origin.source == "file" else origin.name
    known = " or ".join((", ".join(map(str, sizes[:-1])), str(sizes[-1]))) if sizes[1:] else space.full_dim
    raise UsageProblem(f"{said}: {settings.dim} is no size of {space.name}, which keeps {known} dimensions")


def depends_on(choice: str, settings: Settings) -> list[str] | None:
    """See :func:`gemmasearch.models.depends_on`."""
    entry = catalog.find(DEFAULT_EMBEDDER if choice == "auto" else choice)
    if entry:
        return [] if entry.package or not entry.file else [str(settings.models_path / entry.file)]
    path = Path(choice).expanduser()
    return [] if choice == "fake" else [str(path)] if path.is_absolute() else None


def open_generator(settings: Settings) -> Generator | None:
    """See :func:`gemmasearch.models.open_generator`."""
    choice = settings.generator
    if choice == "none":
        return None
    if choice == "fake":
        from gemmasearch.models.fake import FakeGenerator

        return FakeGenerator()
    if choice == "auto":
        for name in DEFAULT_GENERATORS:
            entry = catalog.find(name)
            assert entry is not None
            if path := catalog.locate(entry, settings):
                return _gguf_generator(path, entry, settings)
        return None
    entry = catalog.find(choice)
    return _gguf_generator(_path(choice, entry, "generator", settings), entry, settings)


def _static(settings: Settings) -> Embedder:
    from gemmasearch.models.static import StaticEmbedder

    return StaticEmbedder(settings.dim)


def _gguf_embedder(path: Path, entry: Entry | None, settings: Settings, lazy: bool) -> Embedder:
    from gemmasearch.models import calibrate
    from gemmasearch.models.gguf import BATCH_TOKENS, GgufEmbedder

    header = _trusted(path, entry, "embedder", settings)
    facts = Facts(settings.models_path)
    shape = None if settings.threads else calibrate.remembered(facts, path)
    return GgufEmbedder(
        path,
        header,
        facts.sha256(path),
        name=entry.name if entry else "",
        dim=settings.dim,
        threads=shape[0] if shape else settings.threads,
        longest=settings.chunk_tokens + _PROMPT_ROOM,
        gpu_layers=_layers(settings),
        batch_tokens=shape[1] if shape else BATCH_TOKENS,
        lazy=lazy,
    )


def calibrated(embedder: Embedder, settings: Settings, passages: Sequence[Passage]) -> bool:
    """See :func:`gemmasearch.models.calibrated`."""
    from gemmasearch.models import calibrate
    from gemmasearch.models.gguf import GgufEmbedder

    if not isinstance(embedder, GgufEmbedder) or settings.threads or not passages:
        return False
    with embedder.in_two_lanes():  # as an index run has it
        calibrate.calibrate(embedder, passages, Facts(settings.models_path), embedder.path)
    return True


def begin(embedder: Embedder) -> None:
    """See :func:`gemmasearch.models.begin`."""
    if embedder.space.name == "static":  # and nothing of llama.cpp is imported
        return
    from gemmasearch.models.gguf import GgufEmbedder

    if isinstance(embedder, GgufEmbedder):
        embedder.begin()


@contextmanager
def in_bulk(embedder: Embedder, settings: Settings, passages: int) -> Iterator[int]:
    """See :func:`gemmasearch.models.in_bulk`."""
    if embedder.space.name == "static":  # and nothing of llama.cpp is imported
        yield 1
        return
    from gemmasearch.models.gguf import GgufEmbedder

    if not isinstance(embedder, GgufEmbedder) or passages < LANES:
        yield 1
        return
    with _faster(embedder, Facts(settings.models_path), passages), embedder.in_two_lanes() as lanes:
        yield lanes


def _faster(embedder: GgufEmbedder, facts: Facts, passages: int) -> AbstractContextManager[None]:
    """Within it the weights are as they are multiplied fastest, where that pays for so many passages."""
    from gemmasearch.models import halves, tiles

    if tiles.pay(embedder.path, facts, passages):
        return _reloaded(embedder, nullcontext(), tiles=True)
    if halves.pay(embedder.path, facts, passages):
        return _reloaded(embedder, halves.written(embedder.path))
    return nullcontext()


@contextmanager
def _reloaded(
    embedder: GgufEmbedder, file: AbstractContextManager[Path | None], *, tiles: bool = False
) -> Iterator[None]:
    """:param file: of other weights, which need not be there any longer once they are loaded."""
    try:
        with file as halves:
            embedder.reload(tiles=tiles, halves=halves)
    except ModelUnsuitable:  # what was available is gone
        embedder.reload()
    try:
        yield
    finally:
        embedder.reload()


def rebuilt(embedder: Embedder, settings: Settings) -> str:
    """See :func:`gemmasearch.models.rebuilt`."""
    from gemmasearch.models import tiles
    from gemmasearch.models.gguf import GgufEmbedder

    is_broken = (
        isinstance(embedder, GgufEmbedder) and tiles.gain(embedder.path, Facts(settings.models_path)) == 0.0
    )
    return tiles.REBUILT if is_broken else ""


def _gguf_generator(path: Path, entry: Entry | None, settings: Settings) -> Generator:
    from gemmasearch.models.gguf_generate import GgufGenerator

    header = _trusted(path, entry, "generator", settings)
    return GgufGenerator(
        path,
        header,
        name=entry.name if entry else "",
        threads=settings.threads,
        gpu_layers=_layers(settings),
    )


def _layers(settings: Settings) -> int:
    """Layers on a GPU: all where there is one, or none; without one llama.cpp ignores it."""
    return 0 if settings.gpu == "off" else -1


def _path(choice: str, entry: Entry | None, role: str, settings: Settings) -> Path:
    """The file that a setting means: a name of the catalog, or a path.

    :raises ModelMissing: it is not there.
    """
    if entry:
        if entry.role != role:
            raise ModelUnsuitable(
                f"{entry.name} is a model of another kind ({entry.role}) than the {role} asked for",
                "`gsearch models list` shows what each model is for",
            )
        if path := catalog.locate(entry, settings):
            return path
        raise ModelMissing(f"the {role} {entry.name} is not on this machine", f"get it: {entry.how}")
    path = Path(choice).expanduser()
    if path.is_file():
        return path.absolute()
    if path.is_dir():
        raise ModelUnsuitable(f"{path} is a folder, and a model is one GGUF file", CONVERT)
    if _HUB_NAME.match(choice):
        raise ModelMissing(
            f"there is no model file {path}, and no model of a hub is fetched by its name",
            "download a GGUF file of it and give its path; `gsearch models list` shows what can be pulled",
        )
    if os.sep in choice or choice.lower().endswith(".gguf"):
        raise ModelMissing(f"there is no model file {path}", "`gsearch models list` shows what is there")
    raise ModelMissing(
        f"no {role} is called {choice!r}, and there is no such file", "`gsearch models list` shows the names"
    )


def _trusted(path: Path, entry: Entry | None, role: str, settings: Settings) -> Header:
    """The header of a file that may be handed to llama.cpp.

    :raises ModelUnsuitable: damaged, hostile, of another kind, or not what the catalog pins.
    """
    if entry and entry.repository:
        catalog.verify(entry, path, settings)
        return read_header(path)
    header = read_header(path)
    if entry and entry.package:  # it came with a package, which could run any code anyway
        return header
    facts = Facts(settings.models_path)
    if facts.get(path, f"works as {role}") != _runtime():
        from gemmasearch.models.probe import probe

        probe(path, role)
        facts.put(path, **{f"works as {role}": _runtime()})
    return header


def _runtime() -> str:
    """Which llama.cpp a file was tried with: another one may crash on it. Asked of the file system, for speed."""
    from importlib.util import find_spec

    spec = find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        return "none"
    return f"{spec.origin} {Path(spec.origin).stat().st_mtime_ns}"
