"""Which sentences of the hits answer the question: every unit of every hit gets one score, by its words
(:mod:`gemmasearch.answering.measuring`) and, of the best, by its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import awaited, measuring, spans, words
from gemmasearch.answering.candidates import FEATURES, Candidate, Weights
from gemmasearch.answering.numbers import numbers_in
from gemmasearch.answering.question import Question
from gemmasearch.answering.sentences import Unit, attributes, units_of
from gemmasearch.answering.surroundings import day_beside
from gemmasearch.documents import Evidence, Hit
from gemmasearch.letters import STOPS, unspaced

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

_YAML = light.pattern(r"\s*---[ \t]*\n.*?^---[ \t]*$", re.S | re.M)
_SCRAP = 3  # words
_LETTERS_OF_A_WORD = 3  # between those of Chinese and of Thai
# The embedder is asked about so many sentences at most, and about none so far behind the best by its words that its
# meaning would hardly bring it to the front. Measured: twelve find two answers more in a thousand; the distance
# halves the work and costs none of the first sentences and one in a thousand of the first three.
_EMBEDDED = 8
_REACH = 2.0


def rank(
    question: Question, hits: Sequence[Hit], weights: Weights = Weights(), embedder: Embedder | None = None
) -> list[Candidate]:
    """Every unit of ``hits`` once, best first. Without an embedder the meaning counts nothing."""
    found = _measured(question, hits, weights)
    if embedder is not None:
        _add_meaning(question, found, embedder)
    once: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda c: -c.score):
        once.setdefault(" ".join(candidate.stems) or candidate.text, candidate)
    return list(once.values())


def select(question: Question, ranked: Sequence[Candidate], limit: int = 8) -> list[Evidence]:
    """The first ``limit`` of ``ranked`` as evidence; ``Evidence.score`` is 0..1, the share of the best possible."""
    most = sum(weight for name, weight in FEATURES.items() if any(name in c.features for c in ranked))
    # A heading only where there is no better.
    by_use = sorted(ranked, key=lambda c: says_nothing(question, c))
    return [
        Evidence(
            c.text,
            c.hit,
            min(1.0, max(0.0, c.score / most)),
            awaited.answering(question, c.text, c.language),
            line_at(c.hit, c.unit),
        )
        for c in by_use[:limit]
    ]


def telling(question: Question, ranked: Iterable[Candidate]) -> Iterator[Candidate]:
    """``ranked`` without what says nothing."""
    return (c for c in ranked if not says_nothing(question, c))


def says_nothing(question: Question, candidate: Candidate) -> bool:
    """A heading, the head of a note, the title once more, a scrap, or a line that only repeats words of the question:
    it may be near an answer, but is none."""
    unit, stems = candidate.unit, set(candidate.stems)
    if unit.kind == "heading" or unit.end <= _head(candidate.hit.text):
        return True
    if unit.kind == "item":
        return False
    if attributes(candidate.text):
        return True
    repeats = stems <= set(question.stems) and question.kind != "yesno" and not words.negated(candidate.text)
    if repeats and question.kind == "when":  # of a day that stands beside it, it says all that is asked
        repeats = not day_beside(candidate.text, candidate.hit)
    return repeats or _is_scrap(candidate)


def coloured(candidate: Candidate) -> bool:
    """Whether it tells a colour: by a common name, or by any in a table with a column, or behind a label, for it."""
    told = candidate.context if candidate.is_row else ()
    label = candidate.text.partition(":")[0] if ":" in candidate.text else ""
    return spans.coloured(candidate.text) or any(
        spans.COLOURED.fullmatch(words.fold(word)) for word in (*told, *label.split())
    )


def _head(text: str) -> int:
    """Where the YAML at the beginning of a note ends; 0 where there is none."""
    found = _YAML.match(text)
    return found.end() if found else 0


def _is_scrap(candidate: Candidate) -> bool:
    """A few words that are no sentence and hold no number: in a PDF a heading, in a note its title once more."""
    text = candidate.text
    if (
        candidate.unit.kind != "sentence"
        or text.rstrip("\"'”’»)")[-1:] in tuple(".!?…:;" + STOPS)
        or not numbers_in(text) <= numbers_in(candidate.hit.title)
    ):
        return False
    title = set(words.stems(f"title {candidate.hit.title}", candidate.language))
    return (_length(text) <= _SCRAP and (":" not in text)) or set(candidate.stems) <= title


def _length(text: str) -> int:
    """About how many words a text has, also in a script that writes no spaces."""
    return max(len(text.split()), len(text) // _LETTERS_OF_A_WORD if unspaced(text) else 0)


def line_of(hit: Hit, sentence: str) -> int | None:
    """The line of its document where a sentence of a hit begins; the hit's own where it is not found."""
    unit = next((unit for unit in units_of(hit) if unit.of(hit.text) == sentence), None)
    return line_at(hit, unit) if unit else hit.line


def line_at(hit: Hit, unit: Unit) -> int | None:
    """The line of its document where a unit of a hit begins; None where the hit's own is not known."""
    if hit.line is None:
        return None
    first = len(hit.text) - len(hit.text.lstrip())  # a hit's line is that of its first word
    return hit.line + hit.text.count("\n", first, unit.start)


def _measured(question: Question, hits: Sequence[Hit], weights: Weights) -> list[Candidate]:
    """Every unit of every hit with all features but the meaning."""
    top = max(map(_place, hits), default=0.0) or 1.0
    return [c for hit in hits for c in measuring.of_hit(question, hit, _place(hit) / top, weights)]


def _place(hit: Hit) -> float:
    """What words and meaning gave it in its own ranking: the score says how likely it is, which differs less."""
    return (hit.words or 0.0) + (hit.meaning or 0.0) or hit.score


def _add_meaning(question: Question, found: list[Candidate], embedder: Embedder) -> None:
    """The cosine of question and sentence for those that the words rank best; nothing for the others."""
    from gemmasearch.models import Passage

    best = sorted(found, key=lambda c: -c.score)[:_EMBEDDED]
    asked = [c for c in best if c.score >= best[0].score - _REACH]
    if not asked:
        return
    query = embedder.embed_queries([question.text])[0]
    vectors = embedder.embed_documents([Passage("", f"{c.posed} {c.text}".lstrip()) for c in asked])
    for candidate, cosine in zip(asked, vectors @ query, strict=True):
        candidate.features["meaning"] = max(0.0, float(cosine))
