"""A PDF that was cut short, or whose tree of pages leads nowhere, put together again from the objects that are there.

Programs find the objects of a file by a table at its end, and its pages by a tree that the end leads to. Without them
every object still says what it is: those that are pages get a new tree, and the file a new table. What is compressed
together with others (object streams) is unpacked for that.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,7})[ \t\r\n]+([0-9]{1,5})[ \t\r\n]+obj(?![A-Za-z])")
_END = re.compile(rb"\bendobj\b|\bstream\r?\n")
_LOCKED = re.compile(rb"/Encrypt\b|/Filter\s*/Standard\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_NODE = re.compile(rb"/Type\s*/Pages(?![A-Za-z])")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_REFERENCE = re.compile(rb"([0-9]{1,7})\s+[0-9]{1,5}\s+R\b")
_PARENT = re.compile(rb"/Parent\s+([0-9]{1,7})\s+[0-9]{1,5}\s+R\b")
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")
_NUMBER = {name: re.compile(rb"/" + name + rb"\s+([0-9]{1,9})\b") for name in (b"N", b"First")}
_DEFLATED = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\b")
_OTHER = re.compile(rb"/Predictor\s+(?!1\b)|/(?:ASCII85Decode|ASCIIHexDecode|LZWDecode)\b")
_DICTIONARY = re.compile(rb"<<|>>")
_CLOSED = b"endstream\nendobj\n"  # where the file was cut within a stream
OBJECTS = 200_000
BODY = 1 << 20  # bytes of the dictionary of an object
UNPACKED = 1 << 26  # bytes of all object streams
LEVELS = 50  # from a page to what it inherits from


@dataclass(frozen=True, slots=True)
class _Object:
    generation: int
    at: int  # in the file; -1 = it was unpacked
    body: bytes  # without what is in a stream


def mended(raw: bytes) -> bytes | None:
    """The file with a table and a tree of its own behind it; None where no page is left, or where it is locked."""
    if _LOCKED.search(raw):
        return None
    objects = _objects(raw)
    pages = _pages(objects)
    if not pages:
        return None
    top = max(objects) + 1
    added: dict[int, bytes] = {n: each.body for n, each in objects.items() if each.at < 0}
    added |= {n: _whole(objects, n) for n in pages}
    kids = b" ".join(_reference(objects, n) for n in pages)
    added[top] = b"<< /Type /Catalog /Pages %d 0 R >>" % (top + 1)
    added[top + 1] = b"<< /Type /Pages /MediaBox [0 0 612 792] /Count %d /Kids [%s] >>" % (len(pages), kids)
    return _written(raw, objects, added, top)


def _reference(objects: Mapping[int, _Object], number: int) -> bytes:
    return b"%d %d R" % (number, objects[number].generation)


def _objects(raw: bytes) -> dict[int, _Object]:
    """By number; of several with one number the last, as it is in a file that was changed."""
    found: dict[int, _Object] = {}
    left = UNPACKED
    for match in _OBJECT.finditer(raw):
        end = _END.search(raw, match.end(), match.end() + BODY)
        if not end:
            continue  # it was cut within
        body = raw[match.end() : end.start()]
        found[int(match[1])] = _Object(int(match[2]), match.start(), body)
        if _PACKED.search(body):
            unpacked = _inflated(raw, end.end(), body, left)
            left -= len(unpacked)
            found |= {number: _Object(0, -1, each) for number, each in _inside(unpacked, body)}
        if len(found) > OBJECTS:
            break
    return found


def _inflated(raw: bytes, start: int, body: bytes, most: int) -> bytes:
    """What is in a stream, as far as it goes; nothing where it is packed in another way."""
    if most <= 0 or _OTHER.search(body):
        return b""
    end = raw.find(b"endstream", start)
    packed = raw[start : end if end >= 0 else len(raw)]
    if not _DEFLATED.search(body):
        return b"" if b"/Filter" in body else packed[:most]
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _inside(unpacked: bytes, body: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects of an object stream, each with its number."""
    count, first = (_NUMBER[name].search(body) for name in (b"N", b"First"))
    if not count or not first:
        return
    start = int(first[1])
    head = unpacked[:start].split()[: 2 * int(count[1])]
    if not all(each.isdigit() and len(each) < 10 for each in head):
        return
    numbers = [int(each) for each in head]
    places = [start + at for at in numbers[1::2]]
    for number, begin, end in zip(numbers[::2], places, [*places[1:], len(unpacked)], strict=False):
        if begin < end <= len(unpacked):
            yield number, unpacked[begin:end]


def _pages(objects: Mapping[int, _Object]) -> list[int]:
    """The numbers of the pages, in the order of the tree, as far as there is one; else of the file."""
    pages = [n for n, each in objects.items() if _PAGE.search(each.body)]
    kids = {n: _kids(each.body) for n, each in objects.items() if _NODE.search(each.body)}
    listed = {kid for of in kids.values() for kid in of}
    found: dict[int, None] = {}
    waiting = [n for n in kids if n not in listed][::-1]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        if number in kids:
            waiting += reversed(kids[number])
        elif number in objects and _PAGE.search(objects[number].body):
            found[number] = None
    if not found:
        return pages
    lost = [n for n in pages if n not in found and not (seen & _above(objects, n))]
    return [*found, *lost]


def _kids(body: bytes) -> list[int]:
    listed = _KIDS.search(body)
    return [int(n) for n in _REFERENCE.findall(listed[1])] if listed else []


def _above(objects: Mapping[int, _Object], number: int) -> set[int]:
    """The node that a page says it belongs to: one that was met and does not name the page has let it go."""
    parent = _PARENT.search(objects[number].body)
    return {int(parent[1])} if parent else set()


def _whole(objects: Mapping[int, _Object], number: int) -> bytes:
    """A page with the fonts that it would have from the tree above it."""
    body, at = objects[number].body, number
    for _ in range(LEVELS):
        if found := _resources(objects[at].body):
            return body if at == number else body.replace(b"<<", b"<< " + found + b" ", 1)
        parent = _PARENT.search(objects[at].body)
        if not parent or int(parent[1]) not in objects:
            break
        at = int(parent[1])
    return body


def _resources(body: bytes) -> bytes:
    """``/Resources`` with its value, a reference or a dictionary."""
    start = body.find(b"/Resources")
    if start < 0:
        return b""
    value = start + len(b"/Resources")
    if reference := re.compile(rb"\s*[0-9]+\s+[0-9]+\s+R\b").match(body, value):
        return body[start : reference.end()]
    depth = 0
    for bracket in _DICTIONARY.finditer(body, value):
        depth += 1 if bracket[0] == b"<<" else -1
        if depth == 0:
            return body[start : bracket.end()]
    return b""


def _written(raw: bytes, objects: Mapping[int, _Object], added: Mapping[int, bytes], top: int) -> bytes:
    out = bytearray(raw + b"\n" + _CLOSED * (_is_open(raw)))
    table = {n: (each.at, each.generation) for n, each in objects.items()}
    for number, body in added.items():
        generation = objects[number].generation if number in objects else 0
        table[number] = (len(out), generation)
        out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body.strip())
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(table):
        out += b"%d 1\n%010d %05d n \n" % (number, *table[number])
    out += b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (top + 2, top, start)
    return bytes(out)


def _is_open(raw: bytes) -> bool:
    """Whether a file ends within a stream."""
    last = max(raw.rfind(b"stream\n"), raw.rfind(b"stream\r\n"))
    return last >= 0 and raw[max(0, last - 3) : last] != b"end" and raw.find(b"endstream", last) < 0
