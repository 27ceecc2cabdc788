"""A document as it is written: the values of its rows and the words of its passages.

All that costs time is done here, without the index, so that it may happen in another process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gemmasearch.documents import Chunk, Document
from gemmasearch.store import words
from gemmasearch.store.keys import (
    clean,
    document_hash,
    finite,
    lasting_hash,
    passage_key,
    passage_title,
    site_hashes,
)
from gemmasearch.store.packing import packed
from gemmasearch.store.subjects import names_of

_JSON = json.JSONEncoder(ensure_ascii=False)  # ``json.dumps`` makes one each time
Value = str | bytes | int | float | None


@dataclass(frozen=True, slots=True)
class Ready:
    """``row``, ``chunks`` and ``words`` have the columns of seals.DOCUMENT and seals.CHUNK behind the first, which
    names the row above, and those of fts.COLUMNS."""

    part: str
    hash: bytes  # keys.document_hash
    row: tuple[Value, ...]
    offset: int | None
    length: int | None
    names: list[int]  # links
    chunks: list[tuple[Value, ...]]
    words: list[tuple[str, ...]]
    vectors: bytes = b""  # of the chunks with a key, int8 as vectors.rounded makes them; b"" = they follow

    @property
    def keys(self) -> list[bytes]:
        """Of the chunks that have one, in their order."""
        return [key for *_, key in self.chunks if isinstance(key, bytes)]

    @property
    def lasting(self) -> bytes | None:
        """Its :func:`keys.lasting_hash`."""
        kind, date, sender, message_id, meta = (self.row[at] for at in (2, 4, 5, 8, 13))
        when = date if isinstance(date, float) else None
        return lasting_hash(str(kind), self.part, str(sender), when, str(message_id), json.loads(str(meta)))

    @property
    def sites(self) -> Iterator[bytes]:
        """Its :func:`keys.site_hashes`."""
        return site_hashes(str(self.row[2]), json.loads(str(self.row[13])))

    def to_embed(self, chunks: Sequence[Chunk]) -> list[tuple[str, str]]:
        """Title and text of those of the chunks it was made of that have a key: what comes back from their rows."""
        title = str(self.row[_TITLE])
        return [
            (passage_title(title, str(row[_HEADINGS]).split("\n")), clean(chunk.text))
            for row, chunk in zip(self.chunks, chunks, strict=True)
            if row[-1] is not None
        ]


_TITLE, _HEADINGS = 3, 4  # places in ``row`` and in each of ``chunks``


def ready(document: Document, chunks: Sequence[Chunk], path_words: str) -> Ready:
    """The words are those that the view ``passage_words`` makes of the rows.

    :param path_words: as its file's row has them.
    """
    part, title, hash = clean(document.part), clean(document.title), document_hash(document)
    sender, recipients, copies = clean(document.sender), clean(document.recipients), clean(document.copies)
    attachments, tags, language = _list(document.attachments), _list(document.tags), clean(document.language)
    row = (
        part, hash, clean(document.kind), title, finite(document.date), sender, recipients, copies,
        clean(document.message_id), _list(document.references), attachments, tags, language,
        _JSON.encode({clean(k): clean(v) for k, v in document.meta.items()}), len(chunks),
    )  # fmt: skip
    who = f"{sender} {recipients} {copies} {attachments} {tags}"
    head = f"{title} {who} {path_words}"
    of_head = tuple(map(words.exact, (title, who, path_words)))
    rows, spelled = [], []
    for chunk in chunks:
        text, headings = clean(chunk.text), [clean(h).replace("\n", " ") for h in chunk.headings]
        steps = "\n".join(headings)
        rows.append(_chunk(document.title, chunk, text, headings))
        of_text = language or words.guess_language(text)
        body = words.exact(text), words.forms(text, of_text)
        spelled.append((*body, *of_head, words.exact(steps), words.forms(f"{head} {steps}", of_text)))
    names = names_of(document.kind, document.title, document.message_id, document.references)
    return Ready(part, hash, row, document.offset, document.length, sorted(names), rows, spelled)


def _chunk(title: str, chunk: Chunk, text: str, headings: list[str]) -> tuple[Value, ...]:
    embedded = not chunk.quoted and chunk.text.strip()
    return (
        chunk.ordinal, chunk.start, chunk.end, packed(text), "\n".join(headings), chunk.page, clean(chunk.label),
        chunk.line, chunk.tokens, int(chunk.quoted),
        passage_key(passage_title(title, headings), text) if embedded else None,
    )  # fmt: skip


def _list(items: Sequence[str]) -> str:
    return _JSON.encode([clean(item) for item in items]) if items else "[]"
