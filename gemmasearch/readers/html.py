"""HTML to text that reads like the page: blocks on their own lines, quotes marked, hidden text left out.

The tree comes from lexbor (selectolax), which reads broken HTML as browsers do. Nothing a page refers to is
ever fetched. Hidden text is dropped because nobody who reads the page sees it: it is there for machines.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.charsets import bytes_to_text, codec
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.hiding import Hiding, in_styles, is_dark
from gemmasearch.readers.notes import HEADING_LENGTH, sections
from gemmasearch.readers.textual import clean, decode
from gemmasearch.settings import Settings

ADDRESS_LENGTH = 100  # of a link in a mail: longer ones were made by machines for machines
CELL_LENGTH = 160  # characters of a cell's paragraph: longer ones make columns of a newsletter, no table
DEPTH = 2_000  # lexbor's time grows with the square of the depth: deeper pages are read without a tree

_SKIPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "audio",
    "video",
    "canvas",
    "head",
    "datalist",
    "annotation",
    "annotation-xml",
}
_PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "table",
    "ul",
    "ol",
    "dl",
    "pre",
    "hr",
    "figure",
}
_BLOCKS = _PARAGRAPHS | {
    "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "main", "nav", "aside", "address",
    "form", "fieldset", "center", "body", "html", "caption", "figcaption", "details", "summary", "option", "legend",
}  # fmt: skip
_BOXES = {"button", "select", "textarea", "dialog"}  # apart from their neighbours, though not on another line
_CELLS = {"td", "th"}
_HOLDERS = _CELLS | {"li"}
_INNER = {"p", "div"}  # what editors wrap the text of an item or a cell in
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_FLAT = {
    "br",
    "img",
    "hr",
    "input",
    "meta",
    "link",
    "p",
    "li",
    "td",
    "th",
    "tr",
    "dt",
    "dd",
    "option",
    "wbr",
    "col",
}
_TAG = light.pattern(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_ANY_TAG = light.pattern(r"<[^<>]*>")
_SPACES = light.pattern(r"[ \t\n\r\f]+")
_FILLER = light.pattern(
    "(?:[\u034f\u2007\u200b-\u200d\u2060\ufeff]+[ \u00a0]*){2,}"
)  # behind the preview of a newsletter
_CLOSED = light.pattern(
    r"<(script|style|title|textarea|iframe|noscript|xmp)\b([^<>]{0,1000})/>", re.IGNORECASE
)
_SAVED = light.pattern(r"<!--\s*Page saved with .{0,4000}?-->", re.DOTALL)
_SAVED_LINE = light.pattern(r"^\s*(url|saved date):[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says. ``headings`` are (offset in ``text``, level, text); ``hidden`` counts dropped spans."""

    text: str
    title: str = ""
    headings: tuple[tuple[int, int, str], ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    hidden: int = 0


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    markup = decode_page(source.read())
    yield page_document(markup)
    if _is_deep(markup):
        detail = f"elements nested deeper than {DEPTH}: read without its structure"
        yield Problem(source.path, "limit", detail, "structure")


def page_document(markup: str) -> Document:
    """A web page as a document.

    :raises CannotRead: "no-text".
    """
    page = to_page(markup)
    if not page.text.strip():
        raise CannotRead("no-text")
    first = next((name for _, _, name in page.headings if name), "")
    meta = dict(page.meta)
    return Document(
        kind="web",
        text=page.text,
        title=page.title or first,
        sections=sections(page.text, page.headings),
        date=moment(meta.pop("date", "")),
        language=meta.pop("language", "")[:2].lower(),
        meta=meta,
    )


def dated(document: Document, date: float | None, meta: Mapping[str, str]) -> Document:
    return replace(document, date=document.date if document.date is not None else date, meta=meta)


def decode_page(raw: bytes, charset: str = "") -> str:
    """The markup as text: declared outside, by a mark, in a meta element, or guessed."""
    if charset and codec(charset):
        return bytes_to_text(raw, charset)
    declared = _META_CHARSET.search(raw[:4096])
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return bytes_to_text(raw, declared[1].decode("ascii"))
    return decode(raw)


def to_page(markup: str, *, links: bool = False) -> Page:
    """The visible text of a page or of the HTML part of a mail; with ``links`` addresses stand behind their words."""
    if _is_deep(markup):
        return Page(_without_tree(markup))
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_opened(markup))
    writer = _written(tree, links, in_styles("".join(each.text() for each in tree.css("style"))))
    title = tree.css_first("title")
    return Page(
        writer.text(),
        _one_line(title.text()) if title else "",
        tuple(writer.headings),
        {**_meta(tree), **_saved(markup)},
        writer.hidden,
    )


def _written(tree: Any, links: bool, hiding: Hiding) -> _Writer:
    """The page's text; all of it where its style sheets hide everything until a script shows it."""
    writer = _Writer(links)
    if tree.body is not None:
        _write(tree.body, writer, hiding)
    return writer if writer.pieces or not hiding.names else _written(tree, links, Hiding())


def _opened(markup: str) -> str:
    """XHTML as HTML, where an element that closes itself (``<title/>``) would swallow all that follows."""
    start = markup[:2_000]
    if "<?xml" not in start and "xmlns=" not in start:
        return markup
    return _CLOSED.sub(r"<\1\2></\1>", markup)


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", clean(text).replace("\u00ad", "")).strip()


_META_NAMES = {
    "author": "author",
    "description": "description",
    "article:author": "author",
    "og:description": "description",
    "date": "date",
    "article:published_time": "date",
    "dc.date": "date",
    "og:url": "url",
}


def _saved(markup: str) -> dict[str, str]:
    """What SingleFile, or ``gsearch import-page``, writes at the top of a page: its address and when it was saved."""
    found = _SAVED.search(markup[:4096])
    if not found:
        return {}
    lines = dict(_SAVED_LINE.findall(found[0]))
    url, said = lines.get("url", ""), lines.get("saved date", "")
    when = _saved_moment(said)
    return {
        **({"url": clean(url)[:2000]} if url.startswith(("http://", "https://")) else {}),
        **({"visited": f"{when:.0f}"} if when is not None else {}),
    }


def _saved_moment(said: str) -> float | None:
    """An ISO time, or JavaScript's ``Tue Nov 24 2026 22:00:00 GMT+0100 (…)``."""
    try:
        return datetime.strptime(said.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z").timestamp()
    except ValueError:
        return moment(said)


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = _META_NAMES.get((attributes.get("name") or attributes.get("property") or "").lower())
        if name and (content := clean(attributes.get("content") or "").strip()):
            found.setdefault(name, content[:500])
    for node in tree.css("link[rel=canonical]"):
        found.setdefault("url", clean(node.attributes.get("href") or "")[:500])
    if not found.get("url", "http://").startswith(("http://", "https://")):
        del found["url"]
    for node in tree.css("html[lang]"):
        found.setdefault("language", node.attributes.get("lang") or "")
    return found


def _is_deep(markup: str) -> bool:
    if markup.count("<") <= DEPTH:
        return False
    depth = 0
    for close, name in _TAG.findall(markup):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if close else depth + 1
        if depth > DEPTH:
            return True
    return False


def _without_tree(markup: str) -> str:
    """All that stands between tags, one line each."""
    for name in ("script", "style"):
        pieces = re.split(rf"<{name}\b", markup, flags=re.IGNORECASE)
        markup = pieces[0] + "".join(
            re.split(rf"</{name}", p, maxsplit=1, flags=re.IGNORECASE)[-1] for p in pieces[1:]
        )
    text = entities.unescape(_ANY_TAG.sub("\n", markup))
    return clean("\n".join(line for each in text.split("\n") if (line := _SPACES.sub(" ", each).strip())))


class _Writer:
    """Text with collapsed white space, built left to right."""

    def __init__(self, links: bool = False) -> None:
        self.links: list[tuple[int, str]] | None = (
            [] if links else None
        )  # open ones: number of pieces, address
        self.pieces: list[str] = []
        self.length = 0
        self.newlines = 2  # at the end of what is written
        self.space = False  # one is due before the next word
        self.quotes = 0
        self.headings: list[tuple[int, int, str]] = []
        self.hidden = 0

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def words(self, text: str) -> None:
        collapsed = _SPACES.sub(" ", _without_invisible(clean(text)))
        body = collapsed.strip(" ")
        if body:
            self._start(self.space or collapsed.startswith(" "))
            self._put(body)
            self.newlines = 0
        self.space = collapsed.endswith(" ") if body else self.space or bool(collapsed)

    def _start(self, space: bool) -> None:
        if self.newlines and self.quotes:
            self._put("> " * self.quotes)
        elif not self.newlines and space:
            self._put(" ")

    def raw(self, text: str) -> None:
        """Preformatted."""
        for i, line in enumerate(clean(text).split("\n")):
            if i:
                self.line(self.newlines + 1)
            if line:
                self._start(self.space)
                self._put(line)
                self.newlines, self.space = 0, False

    def line(self, wanted: int) -> None:
        """At least so many line ends."""
        while self.newlines < wanted:
            self._put("\n")
            self.newlines += 1
        self.space = False

    def row_ends(self) -> None:
        """Cells at its end that are empty leave nothing."""
        while not self.newlines and self.pieces and self.pieces[-1] in (" ", "|"):
            self.length -= len(self.pieces.pop())

    def address(self) -> None:
        """The link ends here: its address, unless its words say it already or there are none."""
        if self.links:
            begin, address = self.links.pop()
            words = "".join(self.pieces[begin:]).casefold()
            if address and words.strip() and (urlsplit(address).hostname or "") not in words:
                self.words(f" ({address})")

    def text(self) -> str:
        return "".join(self.pieces).rstrip()


def _without_invisible(text: str) -> str:
    if text.isascii():
        return text
    return _FILLER.sub(" ", text.replace("\u00ad", ""))


def _write(root: Any, out: _Writer, hiding: Hiding) -> None:
    """Walk without recursion: (node, is it being left?, under a dark background?, preformatted?)."""
    waiting: list[tuple[Any, bool, bool, bool]] = [(root, False, False, False)]
    while waiting:
        node, leaving, dark, pre = waiting.pop()
        tag = node.tag
        if tag == "-text":
            (out.raw if pre else out.words)(node.text_content or "")
            continue
        if leaving:
            _leave(tag, node, out)
            continue
        if tag in _SKIPPED or tag.startswith(("-", "_")):
            continue
        attributes = node.attributes
        dark = dark or is_dark(attributes)
        if hiding.hides(tag, attributes, dark):
            out.hidden += 1
            continue
        _enter(tag, attributes, node, out)
        waiting.append((node, True, dark, pre))
        child = node.last_child
        while child is not None:
            waiting.append((child, False, dark, pre or tag == "pre"))
            child = child.prev


def _enter(tag: str, attributes: Mapping[str, str | None], node: Any, out: _Writer) -> None:
    if tag in _BLOCKS and not (tag in _INNER and _fills(node, "prev")):
        out.line(2 if tag in _PARAGRAPHS and not (tag in ("ul", "ol") and _in_list(node)) else 1)
    if tag == "br":
        out.line(out.newlines + 1 if out.newlines < 2 else 0)
    elif tag in _CELLS and not out.newlines:
        out.words(" | ")
        out.space = True
    elif tag in _BOXES:
        out.space = True
    elif tag == "li":
        out.words("- ")
    elif tag == "blockquote":
        out.quotes += 1
    elif tag == "a" and out.links is not None:
        out.links.append((len(out.pieces), _address(attributes.get("href") or "")))
    elif tag == "img" and (alt := (attributes.get("alt") or "").strip()):
        out.words(f" {alt} ")
    elif tag in _HEADINGS:
        name = _one_line(node.text())[:HEADING_LENGTH]
        out.headings.append((out.length, _HEADINGS[tag], name))


def _address(href: str) -> str:
    """The address of a link that a person can read: without what counts readers, "" for nothing else."""
    try:
        url = urlsplit("".join(clean(href).split()))
    except ValueError:
        return ""
    if url.scheme not in ("http", "https") or not url.hostname:
        return ""
    shown = (url._replace(fragment="").geturl(), url._replace(fragment="", query="").geturl())
    return next((each for each in shown if len(each) <= ADDRESS_LENGTH), "")


def _in_list(node: Any) -> bool:
    return node.parent is not None and node.parent.tag in ("li", "ul", "ol")


def _fills(node: Any, side: str) -> bool:
    """Whether a paragraph begins (``prev``) or ends (``next``) what stands around it, an item of a list or a short
    cell beside others, so that no line ends between the two."""
    around = node.parent
    tag = around.tag if around is not None else ""
    if tag not in _HOLDERS or _beside(node, side) is not None:
        return False
    if tag == "li":
        return True
    return (_beside(around, "prev") or _beside(around, "next")) is not None and len(
        node.text()
    ) <= CELL_LENGTH


def _beside(node: Any, side: str) -> Any:
    """The next sibling on a side that is not blank; None where there is none."""
    other = getattr(node, side)
    while other is not None and (
        other.tag == "-comment" or (other.tag == "-text" and not other.text().strip())
    ):
        other = getattr(other, side)
    return other


def _leave(tag: str, node: Any, out: _Writer) -> None:
    if tag == "tr":
        out.row_ends()
    if tag in _BLOCKS and not (tag in _INNER and _fills(node, "next")):
        out.line(2 if tag in _PARAGRAPHS else 1)
    if tag in _BOXES:
        out.space = True
    if tag == "a":
        out.address()
    if tag == "blockquote":
        out.quotes = max(0, out.quotes - 1)
