"""What the program knows without an index: its models, the formats it reads, where browsers keep their history."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gemmasearch.errors import GsearchError, MachineRefused, ModelProblem, NothingFound, UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.indexing.doctor import Check
    from gemmasearch.indexing.repair import Repaired
    from gemmasearch.indexing.schedule import Plan
    from gemmasearch.indexing.scheduled import Installed
    from gemmasearch.models.catalog import Entry
    from gemmasearch.retrieval import Query


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """A format that is read. ``limit`` names the setting that limits its size; ``extra`` the extra it needs;
    ``isolated`` = in a worker process."""

    name: str
    kind: str
    suffixes: tuple[str, ...]
    magic: tuple[str, ...]
    limit: str
    extra: str
    isolated: bool
    reader: str
    version: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalog. ``path`` is "" while it is not on this machine; ``how`` says how to get it."""

    name: str
    role: str
    title: str
    licence: str
    terms: str
    bytes: int
    repository: str
    revision: str
    sha256: str
    path: str
    how: str


def understood(line: str) -> list[str]:
    """How a query line is read, one line per term and filter."""
    from gemmasearch.retrieval import explain

    return explain(line)


def parsed(line: str) -> Query:
    """How a query line is read, for programs."""
    from gemmasearch.retrieval import parse

    return parse(line)


def schedule(every: str, settings: Settings, *, system: str = "") -> Plan:
    """What would run ``gsearch index`` on time on this machine; nothing is installed yet.

    :param every: an interval such as "30m". :param system: "" = what the machine has.
    :raises UsageProblem: no interval. :raises MachineRefused: nothing here runs things on time.
    """
    from gemmasearch.indexing import schedule as clock

    return clock.plan(every, settings.db_path, system=system)


def seconds_of(every: str) -> int:
    """The seconds of an interval such as "30m", which a scheduler may not be able to keep."""
    from gemmasearch.indexing import schedule as clock

    return clock.seconds_of(every)


def install_schedule(plan: Plan) -> None:
    from gemmasearch.indexing import schedule as clock

    clock.install(plan)


def installed_schedules() -> list[Installed]:
    from gemmasearch.indexing.scheduled import installed

    return installed()


def remove_schedule(settings: Settings) -> list[str]:
    """Take the schedule of this index out again. :return: what was removed."""
    from gemmasearch.indexing import schedule as clock

    return clock.remove(settings.db_path)


def embedder_is_there(settings: Settings) -> None:
    """:raises ModelProblem: the embedding model that is asked for cannot be used. It is not loaded.
    :raises UsageProblem: it has no such dimensions.
    """
    from gemmasearch import models

    model = models.open_embedder(settings, lazy=True)
    model.close()
    models.check_size(model.space, settings)


def examined(settings: Settings) -> list[Check]:
    """A dozen checks of the machine, the libraries and the index; changes nothing."""
    from gemmasearch.indexing.doctor import doctor

    return [*doctor(settings.db_path), *_models(settings), _sandbox(settings)]


def _models(settings: Settings) -> Iterator[Check]:
    """Whether the models can be opened, or what keeps them from it."""
    from gemmasearch.indexing.doctor import Check

    try:
        yield from _opened(settings)
    except MemoryError:
        mend = "end other programs, or raise the limit (`ulimit -v`)"
        yield Check("models", False, "not enough memory to load them", mend, MachineRefused.exit_code)


def _opened(settings: Settings) -> Iterator[Check]:
    """The models: the one that made the vectors, the one asked for, and the generator."""
    from gemmasearch import models
    from gemmasearch.indexing.doctor import Check
    from gemmasearch.matching import Models
    from gemmasearch.store import Store

    code = ModelProblem.exit_code
    try:
        with Store.open(settings.db_path, read_only=True) as store:
            used = Models(settings, store)
            if embedder := used.query_embedder():
                embedder.count_tokens("load it")
            said = f"{embedder.space.name}, {embedder.dim} dimensions" if embedder else "; ".join(used.notes)
            yield Check("embedder", not used.notes, said or "no vectors yet", "`gsearch models list`", code)
            used.close()
            settings = used.remembered()
    except GsearchError:
        pass  # the index has a check of its own
    try:
        models.open_embedder(settings).close()
        generator = models.open_generator(settings)
        yield Check(
            "models", True, f"{settings.embedder}; answers by {generator.name if generator else 'quoting'}"
        )
        if generator:
            generator.close()
    except ModelProblem as e:
        yield Check("models", False, e.message, e.hint, code)


def _sandbox(settings: Settings) -> Check:
    """What the kernel keeps from the processes that read untrusted formats."""
    from gemmasearch.indexing.doctor import Check
    from gemmasearch.readers import Isolated
    from gemmasearch.readers.channel import Died

    try:
        with Isolated(settings) as readers:
            found = readers.sandbox()
    except Died as e:
        return Check(
            "sandbox", False, f"no reader starts: {e.detail}", "pip install --force-reinstall gemmasearch"
        )
    kept = [name for name in ("files", "network", "memory") if getattr(found, name)]
    return Check(
        "sandbox", True, "readers are kept from " + (", ".join(kept) or "nothing: this kernel cannot")
    )


def repaired(settings: Settings) -> Repaired | None:
    """Rebuild what is derived in a damaged index, keeping the damaged file; None if nothing was wrong."""
    from gemmasearch.indexing.repair import repair

    return repair(settings.db_path)


def step_back() -> None:
    """Give this process the lowest priority for processor and disk."""
    from gemmasearch.indexing import manners

    manners.step_back()


def kept_names(settings: Settings) -> tuple[list[str], list[str]]:
    """Names of labels and of kept searches, for completion; none where there is no index."""
    from gemmasearch.retrieval import saved
    from gemmasearch.store import Store

    if not settings.db_path.exists():
        return [], []
    with Store.open(settings.db_path, read_only=True) as store:
        return store.label_names(), list(saved(store))


def known_models(settings: Settings) -> list[ModelInfo]:
    """Every model of the catalog, with its path where it is on this machine."""
    from gemmasearch.models import catalog

    return [_model_info(entry, settings) for entry in catalog.CATALOG]


def formats() -> list[FormatInfo]:
    """Every format that is read, in the order in which they are recognised."""
    from gemmasearch.readers import formats

    return [
        FormatInfo(f.name, f.kind, f.suffixes, f.magic, f.limit, f.extra, f.isolated, f.reader, f.version)
        for f in formats()
    ]


def ocr_missing(settings: Settings) -> str:
    """Why OCR was asked for and cannot be done; "" where it can, or is off."""
    if settings.ocr == "off":
        return ""
    from gemmasearch.readers import ocr

    return ocr.missing(settings)


def browser_histories(browser: str) -> list[str]:
    """The history files of a browser ("firefox", "chrome", …), or the one at a path.

    :raises UsageProblem: there is none.
    """
    from gemmasearch.readers.profiles import histories, is_history

    found = [str(path) for path in histories(browser)]
    named = os.path.abspath(os.path.expanduser(browser))
    if not found and is_history(named):
        found = [named]
    if not found:
        raise UsageProblem(
            f"no history of {browser} was found",
            "name firefox, chromium (or chrome, brave, edge, vivaldi), safari, or a history file",
        )
    return found


def told_apart(path: str, settings: Settings) -> str:
    """What a registered path is besides a folder or file: a browser's history, the imported pages; "" = no more."""
    from gemmasearch.indexing.pages import folder
    from gemmasearch.readers.profiles import NAMES

    if path == str(folder(settings.db_path)):
        return "imported pages"
    browser = NAMES.get(os.path.basename(path), "")
    return f"visited pages of {browser}" if browser else ""


def browser_roots(browser: str, roots: Sequence[str]) -> list[str]:
    """Those of the registered paths that are a browser's history, or the one history at a path.

    :raises NothingFound: none is.
    """
    from gemmasearch.readers.profiles import is_of

    named = [path for path in roots if is_of(path, browser)]
    found = named or [p for p in roots if p == os.path.abspath(os.path.expanduser(browser))]
    if not found:
        raise NothingFound(
            f"no history of {browser} is in the index", "`gsearch roots` lists what is indexed"
        )
    return found


def known_model(name: str, settings: Settings) -> ModelInfo:
    """The model of that name or alias.

    :raises UsageProblem: there is none.
    """
    return _model_info(_entry(name), settings)


def pull_models(
    settings: Settings,
    name: str | None = None,
    *,
    accept: Callable[[ModelInfo], bool],
    progress: Callable[[int, int], None],
) -> list[ModelInfo]:
    """Download a model, or the default ones: the only function here that opens a network connection.

    :param accept: asked once per model that has terms. :param progress: bytes done, bytes in total.
    :raises DownloadFailed: with the reason; what is there already is kept.
    """
    from gemmasearch.models import catalog, pull

    entries = [_entry(name)] if name else catalog.defaults()
    for entry in entries:
        pull.pull(entry, settings, progress=progress, accept=lambda e: accept(_model_info(e, settings)))
    return [_model_info(entry, settings) for entry in entries]


def _entry(name: str) -> Entry:
    from gemmasearch.models import catalog

    entry = catalog.find(name)
    if entry is None:
        raise UsageProblem(f"no model is called {name}", "`gsearch models list` shows the names")
    return entry


def _model_info(entry: Entry, settings: Settings) -> ModelInfo:
    from gemmasearch.models import catalog

    return ModelInfo(
        name=entry.name,
        role=entry.role,
        title=entry.title,
        licence=entry.licence,
        terms=entry.terms,
        bytes=entry.bytes,
        repository=entry.repository,
        revision=entry.revision,
        sha256=entry.sha256,
        path=str(catalog.locate(entry, settings) or ""),
        how=entry.how,
    )
