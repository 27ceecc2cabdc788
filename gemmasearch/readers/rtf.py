"""Rich Text Format through striprtf: its text and the title in its information group."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_INFO = re.compile(r"\{\\(title|author)\b ?([^{}]{1,300})\}")
_BLANK_LINES = re.compile(r"\n{3,}")


def sniff(head: bytes, path: str) -> bool:
    return head.lstrip(b"\r\n\t ").startswith(b"{\\rtf")


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as e:
        raise CannotRead("extra", "pip install 'gemmasearch[office]'", waits="office") from e
    convert: Callable[..., str] = rtf_to_text
    raw = source.read()
    found = _PAGE.search(raw[:4096])
    encoding = f"cp{found[1].decode()}" if found and found[1] not in (b"65001", b"10000") else "cp1252"
    try:
        text = convert(raw.decode("latin-1"), encoding=encoding, errors="replace")
        info = {
            name: _plain(convert("{\\rtf1 " + value + "}"))
            for name, value in _INFO.findall(raw.decode("latin-1"))
        }
    except (LookupError, ValueError, IndexError, TypeError, AttributeError) as e:
        raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e
    text = _BLANK_LINES.sub("\n\n", clean(text)).strip()
    if not text:
        raise CannotRead("no-text")
    meta = {"author": info["author"]} if info.get("author") else {}
    yield Document("document", text, title=info.get("title", ""), meta=meta)


def _plain(text: str) -> str:
    return " ".join(clean(text).split())
