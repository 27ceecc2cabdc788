"""Web pages saved as one file (mht, mhtml): the page inside the MIME envelope."""

from __future__ import annotations

from collections.abc import Iterator

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import headers, html, mime
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.settings import Settings


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    root = mime.parse(source.read())
    part = next((each for each in root.walk() if each.type in ("text/html", "application/xhtml+xml")), None)
    if part is None:
        raise CannotRead("malformed", "no page in it")
    document = html.page_document(html.decode_page(part.body(), part.charset))
    address = headers.text_of(root.get("snapshot-content-location") or part.get("content-location"))
    meta = {**document.meta, "url": address} if address.startswith("http") else document.meta
    when = headers.moment(root.get("date"))
    visited = {"visited": f"{when:.0f}"} if when is not None else {}
    yield html.dated(document, when, {**meta, **visited})
