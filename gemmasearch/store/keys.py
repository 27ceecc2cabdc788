"""What identifies content: clean text, the title of a passage, and hashes of passages and documents."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from gemmasearch import light
from gemmasearch.documents import Document, FileStamp, Section
from gemmasearch.light import blake2b

# SQLite stores UTF-8, which has no lone surrogates, and its own functions stop at NUL. One character for one,
# so that offsets stay true.
_UNSTORABLE = light.pattern("[\ud800-\udfff\0]")
_HASHED = light.pattern(r"[0-9a-f]{16}(?:-\d+)?")  # a message of a mailbox, an entry, a note of an export
SITE_BYTES = 14  # of the hash of a site, by which it is told from those of documents
_SCHEME = light.pattern(r"\A[a-z][a-z0-9+.-]*://")
_STEP = light.pattern(r"[/?#]")
_STEPS = 20  # of a host or an address at which the site that it is on may end
TITLE_LIMIT = 200  # characters of a title that go into an embedding
_SAID = [f.name for f in fields(Document) if f.name not in ("offset", "length")]
_SAYING = json.JSONEncoder(sort_keys=True, default=str)
_OF_SECTION = [f.name for f in fields(Section)]


def clean(text: str) -> str:
    """The text as SQLite can hold it, of the same length: U+FFFD for lone surrogates and NUL."""
    if text.isascii() and "\0" not in text:  # most of it, by far the faster test
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None


def passage_title(title: str, headings: Sequence[str]) -> str:
    """What stands for the whole in a document prompt: the title, then the headings that lead to the passage."""
    steps = [title] if title else []
    steps += [h for h in headings if h and h != title]
    return clean(" › ".join(steps))[:TITLE_LIMIT]


def passage_key(title: str, text: str) -> bytes:
    """16 bytes, equal for passages that get the same vector in any space."""
    return blake2b(f"{clean(title)}\0{clean(text)}".encode(), digest_size=16).digest()


def document_hash(document: Document) -> bytes:
    """16 bytes over everything a reader said, but for the place within the file, which may move."""
    record = {name: getattr(document, name) for name in _SAID}
    record["sections"] = [{name: getattr(s, name) for name in _OF_SECTION} for s in document.sections]
    record["meta"] = dict(document.meta)
    said = _SAYING.encode(record)
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def lasting_hash(
    kind: str, part: str, sender: str, date: float | None, message_id: str, meta: Mapping[str, str]
) -> bytes | None:
    """15 bytes for what stays what it is while a reader says something else of it: a mail that gets other labels,
    what is attached to it, a page that is visited again. None = its content alone says what it is.

    A Message-ID alone may be of several mails: some programs write the same into each, and anybody may write any.
    """
    said: tuple[str, ...] = ()
    if kind == "visit" and meta.get("url"):
        said = (kind, meta["url"])
    elif "attached_to" in meta and sender and date is not None:
        name = part.removeprefix(meta["attached_to"]).lstrip("/")
        said = ("attached", sender, str(date), meta.get("subject", ""), name)
    elif kind == "mail" and message_id and date is not None:
        said = (kind, message_id, sender, str(date))
    return (
        blake2b("\0".join(said).encode("utf-8", "surrogatepass"), digest_size=15).digest() if said else None
    )


def bare_address(address: str) -> str:
    """A web address, or its beginning, as people say it: without https:// and www."""
    return _SCHEME.sub("", address.strip().lower()).removeprefix("www.")


def site_hash(site: str) -> bytes:
    """SITE_BYTES bytes for a host with all hosts below it, or the beginning of an address there."""
    named = bare_address(site).rstrip("/")
    return blake2b(f"site\0{named}".encode("utf-8", "surrogatepass"), digest_size=SITE_BYTES).digest()


def site_hashes(kind: str, meta: Mapping[str, str]) -> Iterator[bytes]:
    """The same of every site that a visited page is on."""
    if kind != "visit":
        return
    sites: set[str] = set()
    for address in {bare_address(meta.get(name, "")) for name in ("url", "site")}:
        host, _, rest = address.partition("/")
        ends = [0, *(step.start() for step in _STEP.finditer(rest)), len(rest)][:_STEPS]
        labels = host.split(".")[-_STEPS:]
        for at in range(len(labels)):
            above = ".".join(labels[at:])
            sites.update(f"{above}/{rest[:end]}".rstrip("/") for end in ends)
    yield from map(site_hash, sites)


def readers_key(versions: str) -> str:
    """12 letters for the names and versions of all readers: kept with every file."""
    return blake2b(versions.encode(), digest_size=6).hexdigest()


def path_words(path: str, root: str) -> str:
    """The words of a path below the folder that holds its root, composed (NFC) so that typed words meet them."""
    above = root.rstrip("/").rpartition("/")[0]
    below = path[len(above) :] if path.startswith(above) else path
    return unicodedata.normalize("NFC", clean(below)).replace("/", " ").replace("_", " ").strip()


def signed(number: int) -> int:
    """Fold an unsigned or too large 64-bit number (inode, far future) into SQLite's signed range."""
    return (number + 2**63) % 2**64 - 2**63


def storable(stamp: FileStamp) -> FileStamp:
    """The stamp as it comes back from the index: numbers folded into 64 bits with a sign."""
    return FileStamp(
        stamp.size, signed(stamp.mtime_ns), signed(stamp.ctime_ns), signed(stamp.inode), signed(stamp.device)
    )


def nameless(part: str) -> str:
    """What may stay of a forgotten part's place: the hash of the message it belongs to, never a name in it.

    >>> nameless("b1d1405ad096a9aa/offer.txt"), nameless("offer.txt")
    ('b1d1405ad096a9aa', '')
    """
    owner = part.partition("/")[0]
    return owner if _HASHED.fullmatch(owner) else ""
