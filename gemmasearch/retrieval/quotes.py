"""Quotations behind their originals: what a reply repeats is no hit of its own where the message it repeats is one.

A thread quotes a sentence many times. Of each quoted passage the sentence is taken that holds most of what was
sought, without its marks; where another passage says it as well, the quotation only adds a place to that one. What
stands in quotations alone is still found, once. ``quoted:yes`` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from gemmasearch import light
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.store import PassageRow, words

Candidate = tuple[Fused, PassageRow]

SAME = 0.8  # share of a sentence's word pairs that say: this is the same sentence

_MARKS = light.pattern(r"[ \t]{0,3}(?:[>|}][ \t]?)*")
_END = light.pattern(r"[.!?…]+[\"'”’»)\]]*\s|[。！？]")


def together(groups: Sequence[list[Candidate]], sought: Set[str]) -> list[list[Candidate]]:
    """Groups of passages, best first, with each quotation in the group of what it repeats; originals lead theirs."""
    kept: list[list[Candidate]] = []
    texts: list[frozenset[str]] = []
    sentences: list[frozenset[str]] = []  # of the quotations that lead a group
    for group in groups:
        row = group[0][1]
        text = pairs(unmarked(row.text) if row.quoted else row.text)
        sentence = said(row, sought) if row.quoted else frozenset()
        same = [
            i for i in range(len(kept)) if _belong(kept[i][0][1], row, texts[i], text, sentences[i], sentence)
        ]
        if not same:
            kept.append(list(group))
            texts.append(text)
            sentences.append(sentence)
            continue
        home = same[0]
        kept[home] += group
        if not row.quoted:  # the original came behind those who quote it
            for i in reversed(same[1:]):
                kept[home] += kept.pop(i)
                del texts[i], sentences[i]
            kept[home] = [
                (group[0][0]._replace(score=kept[home][0][0].score), row),
                *_without(kept[home], row),
            ]
            texts[home], sentences[home] = text, frozenset()
    return kept


def _belong(
    first: PassageRow,
    row: PassageRow,
    text: frozenset[str],
    new: frozenset[str],
    led: frozenset[str],
    own: frozenset[str],
) -> bool:
    if not row.quoted:
        return first.quoted and repeats(led, new)
    return repeats(own, text) if own else first.document_id == row.document_id


def _without(group: Sequence[Candidate], row: PassageRow) -> list[Candidate]:
    return [each for each in group if each[1].chunk_id != row.chunk_id]


def said(row: PassageRow, sought: Set[str]) -> frozenset[str]:
    """The pairs of words of the quoted sentence that was found; empty where no sought word stands in the passage."""
    best, most = "", 0
    for sentence in _sentences(row.text):
        found = sought & _forms(sentence, row.language)
        if len(found) > most:
            best, most = sentence, len(found)
    return pairs(best)


def pairs(text: str) -> frozenset[str]:
    """Neighbouring words; the word itself where there is one only."""
    found = words.exact(text).split()
    return frozenset(map(" ".join, pairwise(found))) if len(found) > 1 else frozenset(found)


def unmarked(text: str) -> str:
    """Without the marks of quotations at the beginnings of the lines."""
    return "\n".join(line[_MARKS.match(line).end() :] for line in text.split("\n"))  # type: ignore[union-attr]


def repeats(sentence: frozenset[str], text: frozenset[str]) -> bool:
    """Whether a text, as pairs, holds a sentence. A line end within a word may cost it a pair."""
    return bool(sentence) and len(sentence & text) >= SAME * len(sentence)


def _forms(text: str, language: str) -> frozenset[str]:
    return words.held(text, language)


def _sentences(text: str) -> Iterator[str]:
    """Sentences within lines of the same depth."""
    for paragraph in _paragraphs(text):
        start = 0
        for end in _END.finditer(paragraph):
            yield paragraph[start : end.end()]
            start = end.end()
        yield paragraph[start:]


def _paragraphs(text: str) -> Iterator[str]:
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = _MARKS.match(line)
        at = marks.end() if marks else 0
        here = sum(c in ">|}" for c in line[:at])
        if lines and (here != depth or not line[at:].strip()):
            yield " ".join(lines)
            lines = []
        depth = here
        if line[at:].strip():
            lines.append(line[at:])
    if lines:
        yield " ".join(lines)
