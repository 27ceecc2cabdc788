"""Has a mailbox only grown? Told from samples of what was read, so that a large one is not read again.

Mail programs append to a box, or write it anew, which moves every byte behind the first message that went.
So a few hundred kilobytes at its beginning, at its end and in between say whether what was read still stands
there. Thunderbird also marks a message as deleted in its place: in its boxes every message's mark is looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from gemmasearch.readers.mailbox import VOLATILE, is_expunged

WORTH = 1 << 20  # bytes from which reading only the tail is worth it
_EDGE = 65_536  # bytes looked at where the box begins and where its last message begins
_BLOCKS, _BLOCK = 30, 4096  # looked at in between
_HEADER = 512  # bytes of a message in which its mark stands
_GAPS = 1 << 19  # bytes of deleted messages that are looked at
_MOZILLA = re.compile(rb"^X-Mozilla-Status:", re.MULTILINE | re.IGNORECASE)


def fingerprint(stream: BinaryIO, messages: Sequence[tuple[int, int]]) -> bytes | None:
    """16 bytes over samples of everything before the last message, and of its beginning.

    :param messages: (offset, length) of those that were read, in order.
    :return: None if one of them is deleted now, or if samples cannot tell.
    """
    last, length = messages[-1]
    digest = hashlib.blake2b(b"%d" % last, digest_size=16)
    stream.seek(last)
    begins = stream.read(min(length, _BLOCK))
    if not begins.startswith(b"From "):
        return None
    for block in (*_samples(stream, last), begins):
        # Flags are rewritten in place; they are not what was read.
        digest.update(VOLATILE.sub(b"", block))
    stream.seek(0)
    if _MOZILLA.search(stream.read(_EDGE)):
        deleted = list(_gaps(messages))
        if sum(size for _, size in deleted) > _GAPS or _any_expunged(stream, messages):
            return None
        for offset, size in deleted:
            stream.seek(offset)
            digest.update(stream.read(size))
    return digest.digest()


def _samples(stream: BinaryIO, end: int) -> Iterable[bytes]:
    places = [(0, _EDGE), *((end * i // (_BLOCKS + 1), _BLOCK) for i in range(1, _BLOCKS + 1))]
    for offset, size in (*places, (max(0, end - _EDGE), _EDGE)):
        stream.seek(offset)
        yield stream.read(min(size, end - offset))


def _gaps(messages: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """What lies between the messages that were read: (offset, size)."""
    place = 0
    for offset, length in messages:
        if offset > place:
            yield place, offset - place
        place = max(place, offset + length)


def _any_expunged(stream: BinaryIO, messages: Sequence[tuple[int, int]]) -> bool:
    for offset, length in messages:
        stream.seek(offset)
        if is_expunged(stream.read(min(length, _HEADER)).partition(b"\n")[2]):
            return True
    return False
