"""Files inside a PDF: those that it lists (invoices as XML, the parts of a portfolio), and those pinned to a page.

Each is read like a member of an archive, by its own content and within the same limits; they are few and small as a
rule, so that no switch is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import archives, attachments
from gemmasearch.readers.formats import Budget, CannotRead, Source
from gemmasearch.readers.pdf_pace import Pace
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST = 1_000  # files of one PDF, with all that is inside these
_LEVELS = 20  # of the tree of names
_NODES = 5_000


@dataclass(frozen=True, slots=True)
class Inside:
    """A file, not yet unpacked."""

    name: str
    stream: Any

    def content(self) -> bytes:
        """:raises CannotRead: "malformed"."""
        try:
            return bytes(self.stream.get_data())
        except MemoryError:
            raise
        except Exception as e:  # pypdf raises whatever a damaged file makes it stumble over
            raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e


def read(
    reader: PdfReader, pages: int, source: Source, settings: Settings, pace: Pace
) -> Iterator[Document | Problem]:
    """The documents of the files inside, each with its name as ``meta["member"]``."""
    names: set[str] = set()
    files = pace.within(partial(found, reader, pages)) or ()
    if files and source.budget is None:
        source = replace(source, budget=archives.budget(source.size, MOST))
    for each in files:
        part = attachments.named(each.name, names)
        if not source.begins(part):
            continue
        source.progress()
        try:
            raw = _unpacked(each, source.budget, pace)
        except CannotRead as e:
            yield e.problem(source.path, part)
            if e.reason == "limit":
                return
            continue
        for item in attachments.inside(raw, part, each.name, source, settings):
            yield archives.placed(item, part) if isinstance(item, Document) else item


def _unpacked(each: Inside, budget: Budget | None, pace: Pace) -> bytes:
    """:raises CannotRead: it is damaged, takes too long, or what is inside the file is too much."""
    if budget:
        budget.member()
    raw = pace.within(each.content)
    if raw is None:
        raise CannotRead("timeout", "it takes too long")
    if budget:
        budget.spend(len(raw))
    return raw


def found(reader: PdfReader, pages: int) -> list[Inside]:
    """Each file once, wherever it is named."""
    files: list[Inside] = []
    seen: set[int] = set()
    for specification in _specifications(reader, pages):
        try:
            name, stream = _file(specification.get_object())
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        if stream is None or id(stream) in seen:
            continue
        seen.add(id(stream))
        files.append(Inside(name, stream))
        if len(files) == MOST:
            break
    return files


def _file(specification: Any) -> tuple[str, Any]:
    embedded = specification["/EF"].get_object()
    key = next((each for each in ("/UF", "/F") if each in embedded), "")
    stream = embedded[key].get_object() if key else None
    name = specification.get("/UF") or specification.get("/F") or specification.get("/Desc") or ""
    return clean(str(name)).replace("\\", "/").rpartition("/")[2].strip()[:255], stream


def _specifications(reader: PdfReader, pages: int) -> Iterator[Any]:
    yield from _listed(reader)
    for index in range(pages):
        yield from _pinned(reader, index)


def _listed(reader: PdfReader) -> Iterator[Any]:
    """Those of the tree of names, in its order."""
    try:
        top = reader.root_object["/Names"]["/EmbeddedFiles"].get_object()  # type: ignore[index]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (there is none, or it is damaged)
        return
    waiting, count = [(top, 0)], 0
    while waiting and count < _NODES:
        node, level = waiting.pop()
        count += 1
        try:
            yield from list(node.get("/Names") or ())[1::2]
            kids = [each.get_object() for each in node.get("/Kids") or ()] if level < _LEVELS else []
        except (AttributeError, TypeError, ValueError):
            continue
        waiting.extend((kid, level + 1) for kid in reversed(kids))


def _pinned(reader: PdfReader, index: int) -> Iterator[Any]:
    try:
        notes = [each.get_object() for each in list(reader.pages[index].get("/Annots") or ())[:2_000]]
        yield from [each["/FS"] for each in notes if each.get("/Subtype") == "/FileAttachment"]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (a damaged page does not cost the text)
        return
