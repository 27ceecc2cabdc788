"""Exports of Evernote (.enex): each note is a document. Read piece by piece: what is attached may be gigabytes.

A note is XML around a page of its own (ENML), whose check boxes, pictures and encrypted passages HTML does not know.
Of what is attached only the names are read.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers import html
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.notes import sections
from gemmasearch.readers.textual import one_line
from gemmasearch.settings import Settings

NOTES = 100_000  # of one export
_PIECE = 1 << 20  # bytes read at a time
_FIELD = 10_000  # characters of one that is not a note's content
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r")  # not allowed in XML, and written all the same
_WANTED = {
    "title": "title", "created": "created", "updated": "updated", "tag": "tag", "content": "content",
    "note-attributes/author": "author", "note-attributes/source-url": "url",
    "resource/resource-attributes/file-name": "file", "task/title": "task", "task/taskStatus": "status",
}  # fmt: skip

_TODO = light.pattern(r"<en-todo\b([^<>]*)>(?:\s*</en-todo>)?", re.IGNORECASE)
_ITEM = light.pattern(r"<li\b[^<>]*--en-checked:\s*(true|false)[^<>]*>(?:\s*<div\b[^<>]*>)?", re.IGNORECASE)
_MEDIA = light.pattern(r"</?en-media\b[^<>]*>", re.IGNORECASE)
_CRYPT = light.pattern(r"<en-crypt\b[^<>]*>[^<>]*</en-crypt>", re.IGNORECASE)
# HTML takes "<div/>" for a beginning.
_CLOSED = light.pattern(
    r"<(?!(?:br|hr|img|col|input|wbr|area|source)\b)([a-z][a-z0-9]{0,20})\b([^<>]*)/>", re.IGNORECASE
)


@dataclass(slots=True)
class _Note:
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    cut: bool = False

    def one(self, name: str) -> str:
        return one_line(next(iter(self.values[name]), ""))

    def all(self, name: str) -> tuple[str, ...]:
        found = (one_line(each) for each in self.values[name])
        return tuple(dict.fromkeys(each for each in found if each))


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    seen: Counter[str] = Counter()
    try:
        for count, note in enumerate(_notes(source, settings.max_text_bytes)):
            if count == NOTES:
                raise CannotRead("limit", f"only its first {NOTES} notes were read")
            part = _part(note, seen)
            if not source.begins(part):
                continue
            if document := _document(note, part):
                yield document
            if note.cut:
                detail = f"only its first {settings.max_text_bytes} characters were read (max_text_bytes)"
                yield Problem(source.path, "too-large", detail, part)
    except CannotRead as e:
        if not seen:
            raise
        yield e.problem(source.path, "rest")
    if not seen:
        raise CannotRead("no-text")


def _part(note: _Note, seen: Counter[str]) -> str:
    """A name that a note keeps when it is edited: when and as what it was begun."""
    begun = f"{note.one('created')}\0{note.one('title')}"
    part = hashlib.blake2b(begun.encode("utf-8", "replace"), digest_size=8).hexdigest()
    seen[part] += 1
    return part if seen[part] == 1 else f"{part}-{seen[part]}"


def _document(note: _Note, part: str) -> Document | None:
    markup = "".join(note.values["content"])
    page = html.to_page(_as_html(markup), links=True)
    tasks = "\n".join(_tasks(note))
    text = "\n\n".join(each for each in (page.text, tasks) if each.strip())
    title, files = note.one("title"), note.all("file")
    text = text if text.strip() else "\n".join(each for each in (title, *files) if each)
    if not text:
        return None
    dates = (moment(note.one(name)) for name in ("created", "updated"))
    meta = {name: note.one(name)[:500] for name in ("author", "url")}
    if not meta["url"].startswith(("http://", "https://")):
        del meta["url"]
    meta["encrypted"] = "yes" if _CRYPT.search(markup) else ""
    return Document(
        "note",
        text,
        part=part,
        title=title[:500],
        sections=sections(text, page.headings),
        date=next((date for date in dates if date is not None), None),
        attachments=files,
        tags=note.all("tag"),
        meta={name: value for name, value in meta.items() if value},
    )


def _as_html(markup: str) -> str:
    """What a browser would show of it: boxes as "[x]", nothing of pictures and of what is encrypted."""
    markup = _MEDIA.sub("", _CRYPT.sub("", markup))
    markup = _TODO.sub(lambda found: "[x] " if '"true"' in found[1].replace("'", '"') else "[ ] ", markup)
    markup = _ITEM.sub(lambda found: found[0] + ("[x] " if found[1].lower() == "true" else "[ ] "), markup)
    return _CLOSED.sub(r"<\1\2></\1>", markup)


def _tasks(note: _Note) -> Iterator[str]:
    """Those that Evernote keeps beside the text; a title and a state each."""
    states = note.values["status"]
    for i, title in enumerate(note.values["task"]):
        done = i < len(states) and states[i].strip() == "completed"
        yield f"[{'x' if done else ' '}] {one_line(title)}"


def _notes(source: Source, most: int) -> Iterator[_Note]:
    """Each note, once its end was read. Entities are refused: they are how XML explodes.

    :param most: characters of a note's content. :raises CannotRead: "malformed" or "limit".
    """
    from xml.parsers import expat

    collector = _Collector(expat, most)
    source.stream.seek(0)
    wide = source.head(2) in (b"\xff\xfe", b"\xfe\xff")
    while True:
        piece = source.stream.read(_PIECE)
        trouble = ""
        try:
            collector.parser.Parse(piece if wide else piece.translate(None, _CONTROLS), not piece)
        except expat.ExpatError as e:
            trouble = str(e)
        yield from collector.taken()
        if trouble:
            raise CannotRead("malformed", trouble)
        if not piece:
            return
        source.progress()


class _Collector:
    """Hears of elements and puts notes together."""

    def __init__(self, expat: Any, most: int) -> None:
        self._path: list[str] = []
        self._note: _Note | None = None
        self._done: list[_Note] = []
        self._words: list[str] = []  # of the element that is being read
        self._most = most
        self._room = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._refuse

    def taken(self) -> list[_Note]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) == 2 and name == "note":
            self._note = _Note()
        self._words = []
        wanted = self._note is not None and "/".join(self._path[2:]) in _WANTED
        self._room = self._most if name == "content" else _FIELD
        self.parser.CharacterDataHandler = self._text if wanted else None

    def _text(self, text: str) -> None:
        if self._room < len(text):
            if self._note and self._path[-1] == "content":
                self._note.cut = True
            text = text[: self._room]
        self._room -= len(text)
        self._words.append(text)

    def _end(self, name: str) -> None:
        if self._note is not None:
            if key := _WANTED.get("/".join(self._path[2:])):
                self._note.values[key].append("".join(self._words))
            elif len(self._path) == 2:
                self._done.append(self._note)
                self._note = None
        self._path.pop()
        self.parser.CharacterDataHandler = None

    @staticmethod
    def _refuse(*_: object) -> None:
        raise CannotRead("limit", "it declares entities")
