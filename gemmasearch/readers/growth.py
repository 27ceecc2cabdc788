"""Has a mailbox only grown? Told from samples of what was read, so that a large one is not read again.

Mail programs append to a box, or write it anew, which moves every byte behind the first message that went.
So a few hundred kilobytes at its beginning, at its end and in between say whether what was read still stands
there. Thunderbird also marks a message as deleted in its place: in its boxes every message's mark is looked at.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence

from gemmasearch.readers.mailbox import VOLATILE, is_expunged

WORTH = 1 << 20  # bytes from which reading only the tail is worth it
_EDGE = 32_768  # bytes looked at where the box begins and where its last message begins
_BLOCKS, _BLOCK = 30, 4096  # looked at in between
_HEADER = 128  # bytes of a message in which its mark stands
_GAPS = 1 << 19  # bytes of deleted messages that are looked at
_MOZILLA = re.compile(rb"^X-Mozilla-Status:", re.MULTILINE | re.IGNORECASE)


def fingerprint(fd: int, messages: Sequence[tuple[int, int]], *, just_read: bool = False) -> bytes | None:
    """16 bytes over samples of everything before the last message, and of its beginning.

    :param fd: the box, opened. :param messages: (offset, length) of those that were read, in order.
    :param just_read: that none of them is deleted is known.
    :return: None if one of them is deleted now, or if samples cannot tell.
    """
    last, length = messages[-1]
    digest = hashlib.blake2b(b"%d" % last, digest_size=16)
    begins = os.pread(fd, min(length, _BLOCK), last)
    if not begins.startswith(b"From "):
        return None
    blocks = [*_samples(fd, last), begins]
    for block in blocks:
        # Flags are rewritten in place; they are not what was read.
        digest.update(VOLATILE.sub(b"", block))
    if any(map(_MOZILLA.search, blocks)):
        deleted = list(_gaps(messages))
        if sum(size for _, size in deleted) > _GAPS or not (just_read or _all_there(fd, messages)):
            return None
        for offset, size in deleted:
            digest.update(os.pread(fd, size, offset))
    return digest.digest()


def _samples(fd: int, end: int) -> Iterable[bytes]:
    places = [(0, _EDGE), *((end * i // (_BLOCKS + 1), _BLOCK) for i in range(1, _BLOCKS + 1))]
    for offset, size in (*places, (max(0, end - _EDGE), _EDGE)):
        block = os.pread(fd, min(size, end - offset), offset)
        # Whole lines only: of a flag that is cut in two nothing tells that it is one.
        first = block.find(b"\n") + 1 if offset else 0
        yield block[first : block.rfind(b"\n") + 1] or block


def _gaps(messages: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """What lies between the messages that were read: (offset, size)."""
    place = 0
    for offset, length in messages:
        if offset > place:
            yield place, offset - place
        place = max(place, offset + length)


def _all_there(fd: int, messages: Sequence[tuple[int, int]]) -> bool:
    heads = (os.pread(fd, min(length, _HEADER), offset) for offset, length in messages)
    return not any(is_expunged(head.partition(b"\n")[2]) for head in heads)
