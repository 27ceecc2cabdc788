"""Pages that a person or a browser extension hands over: kept in a folder beside the index, a root of its own.

The index holds nothing that does not stand in a file, so the page becomes one. A page that comes again replaces
itself.
"""

from __future__ import annotations

import hashlib
import html
import io
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.documents import Document
from gemmasearch.errors import MachineRefused, UsageProblem
from gemmasearch.indexing.rules import FORGOTTEN
from gemmasearch.light import dataclass
from gemmasearch.readers import read, recognise

if TYPE_CHECKING:
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

LARGEST = 100_000_000  # bytes
_ADDRESS = light.pattern(r"https?://[^\s<>\"]{1,2000}")


@dataclass(frozen=True, slots=True)
class Page:
    """``path`` is where it is kept; ``url`` is "" where neither the caller nor the page says its address."""

    path: str
    url: str
    title: str


def folder(index: Path) -> Path:
    """Where the pages of an index are kept."""
    return index.parent / f"{index.stem}-pages"


def keep(raw: bytes, settings: Settings, *, url: str = "", title: str = "") -> Page:
    """Write a page (HTML, MHTML or plain text) into the folder.

    :raises UsageProblem: it is no page, has no text, or ``url`` is no web address.
    """
    if url and not _ADDRESS.fullmatch(url):
        raise UsageProblem(f"{url!r} is no web address", "give one that begins with http:// or https://")
    if len(raw) > LARGEST:
        raise UsageProblem(f"a page of {len(raw)} bytes", f"at most {LARGEST} are taken")
    raw, suffix = _as_page(raw, url, title)
    document = _read(raw, "page" + suffix, settings)
    address = url or document.meta.get("url", "")
    name = hashlib.blake2b(address.encode() or raw, digest_size=12).hexdigest() + suffix
    target = folder(settings.db_path) / name
    try:
        _write(raw, target)
    except OSError as e:
        raise MachineRefused(f"cannot keep the page in {target.parent}: {e.strerror}") from e
    return Page(str(target), address, title or document.title)


def let_in(store: Store, page: Page) -> None:
    """A page that was forgotten and is handed over again is wanted again."""
    folder, name = os.path.split(page.path)
    for root in store.roots():
        gone = root.options.get(FORGOTTEN, ())
        if root.path == folder and f"/{name}" in gone:
            store.add_root(folder, {**root.options, FORGOTTEN: [p for p in gone if p != f"/{name}"]})


def _as_page(raw: bytes, url: str, title: str) -> tuple[bytes, str]:
    """The bytes as they are kept, and the suffix: what the caller knows stands at the top."""
    format = recognise("page", stream=io.BytesIO(raw))
    kind = format.name if format else ""
    if kind == "mhtml":
        head = f"Snapshot-Content-Location: {url}\r\n".encode() if url else b""
        return head + raw, ".mhtml"
    if kind not in ("html", "text", "markdown", "data", "code"):
        raise UsageProblem(
            f"this is no web page{f', but {kind}' if kind else ''}", "`gsearch index FILE` reads other files"
        )
    if kind != "html" and not re.search(
        rb"<(?:!doctype|html|head|body|p|div|title|h1)\b", raw[:4096], re.IGNORECASE
    ):
        body = html.escape(raw.decode("utf-8", "replace"))
        raw = f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><pre>{body}</pre>\n".encode()
    elif title:
        raw = f"<title>{html.escape(title)}</title>".encode("ascii", "xmlcharrefreplace") + raw
    says = not url and b"Page saved with" in raw[:4096]  # SingleFile has written it already
    return raw if says else _comment(url) + raw, ".html"


def _comment(url: str) -> bytes:
    """As SingleFile writes it; the reader of pages looks for it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lines = ["Page saved with gsearch", *([f"url: {url}"] if url else []), f"saved date: {now}"]
    return ("<!--\n " + "\n ".join(lines).replace("--", "%2D%2D") + "\n-->\n").encode(
        "ascii", "xmlcharrefreplace"
    )


def _read(raw: bytes, name: str, settings: Settings) -> Document:
    found = list(read(name, settings=settings, stream=io.BytesIO(raw)))
    document = next((item for item in found if isinstance(item, Document)), None)
    if document is None:
        why = found[0].reason if found else "empty"  # type: ignore[union-attr]
        raise UsageProblem(f"there is nothing to read in this page: {why}")
    return document


def _write(raw: bytes, target: Path) -> None:
    """Whole or not at all, and private."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", dir=target.parent)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
