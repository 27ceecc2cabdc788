"""What names a message among others: its Message-ID, those it refers to, and its subject without "Re:"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.light import blake2b

NAMES = 24  # references of one message that are looked at: the first and the last ones

_REPLY = (
    r"re|res|aw|antw|antwort|sv|odp|ref|rif|r|bls|ynt|vá|vs|отв|ответ|atb|απ|σχετ|הנדון|回复|回覆|答复|答覆|返信"
    r"|회신"
)
_FORWARD = r"fwd?|wg|tr|rv|i|vb|doorst|enc|pd|továbbítás|пересл|转发|轉寄|전달"
_MARK = light.pattern(
    rf"(?:({_REPLY})|{_FORWARD})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}})?\s*[:：]\s*", re.IGNORECASE
)
_LIST = light.pattern(r"\[[^\[\]]{1,40}\]\s*")
_WAS = light.pattern(r"\s*\((?:was|war|früher):? .{1,200}\)\s*$", re.IGNORECASE)


def base_subject(subject: str) -> tuple[str, bool]:
    """A subject without the marks of replies, forwards and lists, and whether one of them was that of a reply."""
    rest, reply = " ".join(subject.split())[:300], False
    while rest:
        if mark := _MARK.match(rest):
            reply = reply or mark[1] is not None
        elif not (mark := _LIST.match(rest)) or mark.end() == len(rest):
            break
        rest = rest[mark.end() :]
    return _WAS.sub("", rest).strip().casefold(), reply


def names_of(kind: str, title: str, message_id: str, references: Sequence[str]) -> set[int]:
    """Everything that may link a document to others: numbers from 0 on for Message-IDs, below 0 for a subject."""
    kept = references if len(references) <= NAMES else (references[0], *references[1 - NAMES :])
    found = {_hash(name) for name in (message_id, *kept) if name}
    subject = subject_name(title) if kind == "mail" else None
    return found if subject is None else found | {subject}


def subject_name(title: str) -> int | None:
    """None where nothing is left of the subject."""
    base, _ = base_subject(title)
    return -1 - _hash(base) if base else None


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1
