"""Mail that is signed and wrapped at once (S/MIME "opaque" signing, smime.p7m): the message inside, unchecked.

The file is CMS SignedData (RFC 5652), BER encoded; of it only the way to the signed content is walked.
"""

from __future__ import annotations

from collections.abc import Iterator

_SIGNED_DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # 1.2.840.113549.1.7.2
_OID, _OCTETS, _SEQUENCE, _CONTEXT = 0x06, 0x04, 0x30, 0xA0
_CONSTRUCTED = 0x20
_LEVELS = 32  # of elements inside each other


def content(raw: bytes) -> bytes | None:
    """The signed content; None for what is encrypted, detached or damaged."""
    try:
        outer = _children(raw, _element(raw, 0, len(raw)))
        if outer[0][0] != _OID or raw[outer[0][1] : outer[0][2]] != _SIGNED_DATA:
            return None
        signed = _children(raw, _children(raw, outer[1])[0])
        inside = next(each for each in signed if each[0] == _SEQUENCE)
        wrapped = _children(raw, inside)[1]
        if wrapped[0] != _CONTEXT:
            return None
        return b"".join(_octets(raw, _children(raw, wrapped)[0])) or None
    except (IndexError, StopIteration, ValueError):
        return None


_Element = tuple[int, int, int, int]  # tag, start and end of its content, end of the element


def _element(raw: bytes, at: int, end: int, level: int = 0) -> _Element:
    """:raises ValueError: there is none. :raises IndexError: it breaks off."""
    if level > _LEVELS or at >= end:
        raise ValueError("no element")
    tag, length, start = raw[at], raw[at + 1], at + 2
    if length < 0x80:
        pass
    elif length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(raw[at + 2 : start])
    else:  # of unknown length: up to two zeros
        place = start
        while raw[place : place + 2] != b"\0\0":
            place = _element(raw, place, end, level + 1)[3]
        return tag, start, place, place + 2
    return tag, start, min(start + length, end), min(start + length, end)


def _children(raw: bytes, element: _Element) -> list[_Element]:
    """The first ten of its elements."""
    found: list[_Element] = []
    place = element[1]
    while place < element[2] and len(found) < 10:
        found.append(_element(raw, place, element[2]))
        place = found[-1][3]
    return found


def _octets(raw: bytes, element: _Element, level: int = 0) -> Iterator[bytes]:
    """The pieces of an octet string, which may be a list of octet strings."""
    tag, start, end, _ = element
    if tag == _OCTETS:
        yield raw[start:end]
    elif tag == _OCTETS | _CONSTRUCTED and level < _LEVELS:
        while start < end:
            piece = _element(raw, start, end)
            yield from _octets(raw, piece, level + 1)
            start = piece[3]
