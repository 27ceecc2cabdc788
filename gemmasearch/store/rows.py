"""What the store hands out: frozen records, paths decoded with ``os.fsdecode``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gemmasearch.documents import FileStamp
from gemmasearch.light import dataclass


def called(title: str, path: str, part: str, meta: Mapping[str, Any]) -> str:
    """What a document is called: without a title, by the name of its file; what is attached, or is a member of an
    archive or PDF, by its own."""
    if "attached_to" in meta:
        return title or os.path.basename(meta.get("entry_of") or part)
    return title or os.path.basename(meta.get("member") or path)


@dataclass(frozen=True, slots=True)
class Root:
    """A registered folder or single file."""

    id: int
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0  # files found by the last complete look
    looked: float | None = None
    unavailable: str = ""  # why the last look failed; "" = it did not


@dataclass(frozen=True, slots=True)
class FileRow:
    """What is known of a file. ``stamp`` None means that it must be read again."""

    id: int
    path: str
    stamp: FileStamp | None
    racy: bool
    hash: bytes | None
    reader: str
    reason: str
    tries: int
    tail: int | None
    tail_hash: bytes | None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A chunk with what its document and file say of it."""

    chunk_id: int
    document_id: int
    path: str
    part: str
    kind: str
    title: str
    text: str
    start: int
    end: int
    ordinal: int
    headings: tuple[str, ...]
    page: int | None
    label: str
    line: int
    quoted: bool
    date: float | None
    sender: str
    recipients: str
    copies: str
    message_id: str
    attachments: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    meta: Mapping[str, str]
    mtime: float
    size: int
    key: bytes | None  # equal keys = same title and text


@dataclass(frozen=True, slots=True)
class Head:
    """The little that is known of every document at once."""

    id: int
    kind: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The texts of a chunk that are searched by words. ``language`` as its reader declared it, "" = not at all."""

    chunk_id: int
    document_id: int
    title: str
    names: str
    path: str
    headings: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Span:
    """One chunk's place in its document's text."""

    chunk_id: int
    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    label: str = ""
    line: int = 1
    quoted: bool = False
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A whole document; ``text`` is the concatenation of its chunks, whose places are in ``chunks``."""

    document_id: int
    path: str
    part: str
    kind: str
    title: str
    text: str
    chunks: tuple[Span, ...]
    date: float | None
    sender: str
    recipients: str
    copies: str
    message_id: str
    references: tuple[str, ...]
    attachments: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    meta: Mapping[str, str]
    offset: int | None
    length: int | None
    mtime: float
    size: int


@dataclass(frozen=True, slots=True)
class SpaceRow:
    id: int
    key: str
    name: str
    model: str
    dim: int
    full_dim: int
    prompt_version: int
    matryoshka: bool
    active: bool  # False = still being built
    complete_to: int  # every chunk up to this id has its vector


@dataclass(frozen=True, slots=True)
class Pending:
    """A passage without a vector. ``chunk_id`` is where to go on: ``pending(..., after=chunk_id)``."""

    key: bytes
    title: str
    text: str
    chunk_id: int = 0


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label. ``examples`` are (path, text); ``decided`` and ``found`` count documents."""

    id: int
    name: str
    rivals: str  # labels of one name here exclude each other
    kind: str  # only documents of this kind, "" = any
    description: str
    examples: tuple[tuple[str, str], ...] = ()
    decided: int = 0  # by a person
    found: int = 0  # documents that have it


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What is believed of one document and label; ``decided`` is a person's word on it, which wins."""

    document_id: int
    chunk_id: int
    path: str
    part: str
    kind: str
    title: str
    confidence: float
    chosen: bool
    decided: bool | None


@dataclass(frozen=True, slots=True)
class RootSummary:
    """Of one root. ``files`` were seen, ``indexed`` of them gave a document, the others are ``skipped``."""

    root: Root
    files: int
    indexed: int
    documents: int
    passages: int = 0  # that should have a vector
    embedded: int = 0  # of them, those that have one in the active space
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.root.path


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index holds, for status."""

    path: str
    size: int  # bytes of the database file, its -wal included
    schema: int
    roots: tuple[RootSummary, ...]
    files: int  # known: read, or not read for a reason
    indexed: int  # files that gave at least one document
    documents: int
    chunks: int
    embeddable: int  # distinct passages that should have a vector
    embedded: int  # of them, those that have one in the active space
    skipped: Mapping[str, int]  # reason -> files and folders not indexed
    part_problems: Mapping[str, int]  # reason -> messages, pages, ... of files that were indexed
    waiting: Mapping[str, int]  # what is waited for -> pages ("ocr") or files and parts
    kinds: Mapping[str, int]  # kind -> documents
    space: str  # name of the active space, "" = none
    dim: int  # of the active space, 0 = none
    building: str  # name of the space that is being built, "" = none
    state: Mapping[str, str] = field(default_factory=dict)
