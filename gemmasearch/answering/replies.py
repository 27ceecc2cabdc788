"""What a conversation came to: the day or the amount of a mail may be another one in a later reply.

"All right, 30 April then" shares no word with the question by when the chapter is due, so no search brings it; the
mail that it answers does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gemmasearch import light
from gemmasearch.answering import awaited, measuring, spans, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.evidence import select
from gemmasearch.answering.found import MAY_BE_NEWER, SHOWN, Found
from gemmasearch.answering.newest import CHANGES
from gemmasearch.answering.question import Question
from gemmasearch.documents import Hit
from gemmasearch.retrieval.around import thread
from gemmasearch.store import Store

LATER = "a later message of the conversation names another; it comes last"
_FIRST_WORDS = light.pattern(  # asked for what somebody said, or for how things stood at first
    r"\b(?:originally|initially|at first|proposed?|offer(?:ed)?|suggest\w*|ask(?:ed)?|want(?:ed)?|sa(?:y|id)|wrote"
    r"|write|zuerst|ursprünglich|vorgeschlagen|angeboten|d['’]abord|proposé|al principio|propuso)\b",
    re.I,
)
_AGREES = light.pattern(
    r"\b(?:all right|ok(?:ay)?|fine|agreed?|settle[ds]?|deal|suits|works|done|confirm\w*|instead|then|stattdessen"
    r"|einverstanden|passt|in ordnung|gut|d['’]accord|entendu|convient|de acuerdo|vale)\b",
    re.I,
)
_CORRECTS = light.pattern(  # what the same sender had said
    r"\b(?:correction|i meant|i mean|my mistake|typo|wrong (?:day|date|time|price|amount)|korrektur|berichtigung"
    r"|ich meinte|gemeint|vertan|rectificat\w+|erreur de ma part|je voulais dire|correcci[oó]n|quise decir"
    r"|quer[ií]a decir)\b",
    re.I,
)
_ASKS_TIME = light.pattern(r"\b(?:what time|um wie ?viel uhr|à quelle heure|a qué hora)\b", re.I)
_BARGAIN = light.pattern(
    r"\b(?:make it|deal|settle[ds]?|agreed?|einverstanden|d['’]accord|de acuerdo)\b", re.I
)
_FEW = 3  # content words of a reply that says little more than the day: "Thursday is fine, but only at half past ten"
_FIND = {"when": spans.dates, "money": spans.numbers}


def with_later(store: Store, asked: Question, found: Found, weights: Weights) -> Found:
    """``found``, with what a later message of the same conversation came to."""
    first = next(iter(found.evidence), None)
    if first is None or not found.answers or found.settled or found.told:
        return found
    hit = first.hit
    if asked.kind not in _FIND or hit.kind != "mail" or not hit.thread or _FIRST_WORDS.search(asked.text):
        return found
    since = hit.date or 0.0
    later = [each for each in thread(store, hit.document_id) if (each.date or 0.0) > since]
    told = _told(asked)
    for message in reversed(later):
        for candidate in reversed([*_changing(asked, message, first.text, weights)]):
            speaks = not told.isdisjoint(candidate.held)
            item = select(asked, [candidate])[0]
            pair = (item, first) if speaks else (first, item)
            shown = {(e.hit.chunk_id, e.text): e for e in (*pair, *found.evidence)}
            return replace(
                found,
                evidence=tuple(shown.values())[:SHOWN],
                told=pair,
                settled=True,
                notes=(*found.notes, MAY_BE_NEWER if speaks else LATER),
            )
    return found


def _told(asked: Question) -> set[str]:
    told = awaited.topic(asked)
    return told - set(asked.names) or told


def _changing(asked: Question, message: Hit, before: str, weights: Weights) -> Iterator[Candidate]:
    """The sentences of a message that agree on, or change to, another day or amount than the sentence before."""
    told = _told(asked)
    for candidate in measuring.of_hit(asked, message, 0.0, weights):
        text = candidate.text
        if text.startswith(">") or text.endswith("?") or message.quoted:
            continue
        values = _values(asked, text)
        if not values or any(words.fold(value) in words.fold(before) for value in values):
            continue
        agrees = _AGREES.search(text) or _CORRECTS.search(text)
        if not told.isdisjoint(candidate.held):
            if agrees or CHANGES.search(text):
                yield candidate
        elif agrees and len(_besides(text, candidate.language)) <= _FEW:
            yield candidate


def _values(asked: Question, text: str) -> list[str]:
    """The days or amounts of a text, each in its full length: of 30 April not just the month."""
    kinds = ("time",) if _ASKS_TIME.search(asked.text) else ("date", "money")
    found = [s for s in _FIND[asked.kind](text) if s.kind in kinds]
    if not found and asked.kind == "money" and _BARGAIN.search(text):
        found = [*spans.counting(text)]
    return [
        text[s.start : s.end]
        for s in found
        if not any(o.start <= s.start and s.end <= o.end and o != s for o in found)
    ]


def _besides(text: str, language: str) -> Sequence[str]:
    """The content words of a text beside its days, amounts, and what agrees."""
    rest = _CORRECTS.sub(" ", _AGREES.sub(" ", text))
    for pattern in (spans.DATE, spans.TIME, spans.MONEY):
        rest = pattern.sub(" ", rest)
    return words.stems(rest, language)
