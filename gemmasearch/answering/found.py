"""What a search brought: the evidence, best first, whether it answers, and which of it an answer in the sources' own
words is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import (
    amounts,
    attached,
    attributes,
    awaited,
    chosen,
    completing,
    contrary,
    deeds,
    doers,
    entries,
    evidence,
    exactly,
    extremes,
    former,
    halves,
    headed,
    listing,
    newest,
    others,
    refusal,
    replaced,
    steps,
    things,
    titled,
    updates,
    words,
)
from gemmasearch.answering.candidates import Candidate, Weights, led_by
from gemmasearch.answering.question import COUNTED, GATHERED, Question
from gemmasearch.answering.years import (
    from_year_first,
    month_first,
    of_other_year,
    rest_first,
    rows_first,
    shares_only_a_year,
)
from gemmasearch.documents import Evidence, Hit
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from gemmasearch.models import Embedder

SHOWN = 5  # evidence sentences that come with the answer
MOST_LISTED = 4  # sentences or items of an extracted list or summary
_SUM = light.pattern(
    r"\b(?:in total|altogether|together|in all|sum of|total of|insgesamt|zusammen|summe|en tout|au total|ensemble"
    r"|en total|junt[oa]s)\b",
    re.I,
)
MAY_BE_NEWER = "another source tells of a change; it comes first"
_TELLING = 2  # words of the question that a denial must hold
_NO_SUCH = light.pattern(
    r"\b(?:(?:has|have|had|is|are|was|were|there['’]s) (?:no\b|not? (?:yet|been)\b|never\b)"
    r"|(?:not|never) (?:yet )?\w+ed yet|not yet"
    r"|hat(?:te)?n? (?:noch )?kein\w*|noch nicht|gibt (?:es )?(?:noch )?kein\w*)",
    re.I,
)
HALF = "half of the question is answered; nothing answers"
_WHOLE = 0.9  # share of a question's words that is all of it


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: the evidence, best first, and whether it answers."""

    question: Question
    evidence: tuple[Evidence, ...]
    answers: bool
    # What an answer in the sources' own words is made of, where that is settled.
    told: tuple[Evidence, ...] = ()
    settled: bool = False  # no generator may choose some of it
    notes: tuple[str, ...] = ()

    @classmethod
    def among(
        cls, hits: Sequence[Hit], asked: Question, weights: Weights, embedder: Embedder | None
    ) -> Found:
        if attached.asks(asked) and (names := attached.named(asked, hits)):
            return cls(asked, tuple(names[:SHOWN]), True, tuple(names[:1]), settled=True)
        if entries.asks(asked) and (told := entries.told_by(asked, hits)):
            return cls.of_entries(asked, told)
        ranked = evidence.rank(asked, hits, weights, embedder)
        if entries.asks(asked):
            return cls.of_entries(asked, (), evidence.select(asked, ranked, SHOWN))
        space = embedder.space.name if embedder is not None else ""
        likely = refusal.chance(asked, ranked, space, weights)
        if steps.asks(asked):
            if told := steps.told_by(asked, ranked, weights):
                near = evidence.select(asked, ranked, SHOWN)
                return cls(asked, _once(*told, *near), True, tuple(told), settled=True)
            ranked = [c for c in ranked if not steps.is_link(c.text)] or ranked
            likely *= not steps.untold(asked, ranked, weights)
        affirmed = contrary.is_affirmed(asked, ranked)
        every, ranked = ranked, _in_order(asked, ranked)
        if (titled_so := titled.lead(asked, every)) is not None:
            shown = tuple(evidence.select(asked, led_by(titled_so, ranked), SHOWN))
            return cls(asked, shown, True, shown[:1], settled=True)
        if extremes.asks(asked) and (ends := extremes.first(asked, ranked, every)):
            shown = tuple(evidence.select(asked, ends, SHOWN))
            return cls(asked, shown, likely >= 0.5 or refusal.says_all(ends[0], by_itself=False), shown[:1])
        if extremes.is_any(asked, ranked):
            likely = 0.0
        if taken := chosen.first(asked, ranked):
            shown = tuple(evidence.select(asked, taken, SHOWN))
            return cls(asked, shown, likely >= 0.5, shown[:1])
        shown = tuple(evidence.select(asked, ranked, SHOWN))
        told_first = _told(ranked, shown)
        if _is_of_something_else(asked, ranked, told_first) or _is_contrary(
            asked, ranked, told_first, affirmed
        ):
            likely = 0.0
        if listing.asks(asked) and listing.enough(told := listing.items(asked, ranked)):
            longer = (listing.LONGER,) if len(told) > listing.MOST else ()
            told = told[: listing.MOST]
            return cls(asked, _once(*told, *shown), True, tuple(told), True, longer)
        if likely >= 0.5 and (change := newest.changed(asked, ranked)) is not None:
            pair = (*evidence.select(asked, [change]), shown[0])
            return cls(asked, _once(*pair, *shown)[:SHOWN], True, pair, True, (MAY_BE_NEWER,))
        if shown and (later := updates.told(asked, shown[0])):
            return cls(asked, _once(*later, *shown)[:SHOWN], likely >= 0.5, later, True)
        # Beside what was so stands what is so now: a generator would choose one of them. So beside a denial.
        alone = former.asks(asked) or (
            asked.kind in (*COUNTED, "who") and _denies_that_there_is(asked, ranked[:1])
        )
        # A code of which it is said who has it, or that it is not there, is none to be told by.
        alone = alone or (asked.asks_code and bool(shown) and words.negated(shown[0].text))
        return cls(asked, shown, likely >= 0.5, shown[:1] * alone, alone)

    @classmethod
    def of_entries(cls, asked: Question, told: Sequence[Evidence], near: Sequence[Evidence] = ()) -> Found:
        """The first of what was on a day; what is merely ``near`` is no answer."""
        first = tuple(told[: entries.most(asked)])
        more = (entries.LONGER,) if len(told) > len(first) else ()
        return cls(asked, first or tuple(near), bool(first), first, True, more)

    def with_halves(
        self, hits: Sequence[Hit], one: Question, other: Question, weights: Weights, embedder: Embedder | None
    ) -> Found:
        """The same with a sentence for each of the two questions that it holds, if one document answers both: half
        an answer is none, and what another document says may be about something else."""
        first = Found.among(hits, one, weights, embedder)
        if not first.answers or not first.evidence:
            return self.saying_what_lacks(one, other)
        same = [hit for hit in hits if hit.document_id == first.evidence[0].hit.document_id]
        for reading in halves.readings(one, other):
            second = Found.among(same, reading, weights, embedder)
            item = halves.of_the_second(other, second.evidence, first.evidence[0]) if second.answers else None
            if item is not None:
                told = (first.evidence[0], item)
                return Found(self.question, _once(*told, *self.evidence)[:SHOWN], True, told)
        if (item := halves.behind(other, first.evidence[0])) is not None:
            told = (first.evidence[0], item)
            return Found(self.question, _once(*told, *self.evidence)[:SHOWN], True, told)
        if not self.answers or halves.leans(other, first.evidence[0]):
            return first.answering_half(self.question, other)
        return self.saying_what_lacks(one, other)

    def answering_half(self, whole: Question, other: Question) -> Found:
        """The same as the answer to half of a question, with a remark on the other half."""
        told = self.told or tuple(extract_from(self.question, self.evidence))
        notes = (*self.notes, f"{HALF}: {other.text}")
        return replace(self, question=whole, told=told, settled=True, notes=notes)

    def saying_what_lacks(self, one: Question, other: Question) -> Found:
        """The same with a remark on the half of the question that the answer leaves open."""
        if not self.answers or not self.evidence:
            return self
        told = self.told or extract_from(self.question, self.evidence)
        open_ = [half for half, rest in ((one, other), (other, one)) if halves.untold(half, rest, told)]
        if len(open_) != 1:
            return self
        return replace(self, told=tuple(told), notes=(*self.notes, f"{HALF}: {open_[0].text}"))


def _told(ranked: Sequence[Candidate], shown: Sequence[Evidence]) -> Candidate | None:
    """The candidate that would be told: the first that is shown."""
    first = (shown[0].text, shown[0].hit.chunk_id) if shown else None
    return next((c for c in ranked if (c.text, c.hit.chunk_id) == first), None)


def _is_contrary(
    asked: Question, ranked: Sequence[Candidate], told: Candidate | None, affirmed: bool
) -> bool:
    """Whether what would be told says the contrary, or the same of another. :param affirmed: one of the best says
    without a denial what the question denies."""
    if told is None:
        return False
    return (affirmed and not contrary.denies(told)) or contrary.says(asked, told, ranked)


def _is_of_something_else(asked: Question, ranked: Sequence[Candidate], told: Candidate | None) -> bool:
    """Whether a line that holds the whole question says nothing more, and what would be told in its place is of
    another document and shares no word with the question."""
    if told is None or ranked[0].covered < _WHOLE or not evidence.says_nothing(asked, ranked[0]):
        return False
    return not told.covered and told.hit.document_id != ranked[0].hit.document_id


def _in_order(asked: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is about something else, led by what tells the colour, or the newest, that is asked
    for."""
    # What speaks of the year that is asked about is told alone.
    if any(of_other_year(asked, c) for c in ranked[:SHOWN]):
        ranked = [c for c in ranked if not of_other_year(asked, c)] or ranked
    if asked.asks_colour:
        ranked = sorted(ranked, key=lambda c: not evidence.coloured(c))
    if any(shares_only_a_year(asked, c) for c in ranked[:SHOWN]):
        ranked = [c for c in ranked if not shares_only_a_year(asked, c)] or ranked
    ranked = rest_first(asked, ranked)
    kept = contrary.without_affirming(asked, others.without(asked, ranked) or list(ranked))
    kept = attributes.bounds_alone(asked, kept)
    kept = amounts.first(asked, things.labelled_first(asked, things.first(asked, kept)))
    kept = deeds.done_first(asked, deeds.first(asked, deeds.alone(asked, kept)))
    kept = completing.first(asked, kept)
    kept = replaced.first(asked, newest.first(asked, kept))
    kept = from_year_first(asked, doers.doer_first(asked, kept))
    kept = month_first(asked, _counted_first(asked, kept))
    return exactly.first(asked, rows_first(asked, _denied_first(asked, kept)))


def _denied_first(asked: Question, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """``ranked``, led by the sentence that says that there is no such thing, where it holds as much of the question
    as the best: of when father signed his living will "Father has no living will yet" tells more than any day."""
    best = next(evidence.telling(asked, ranked), None)
    if asked.kind not in (*COUNTED, "who") or best is None or asked.denies:
        return ranked
    own = best.features["coverage"]
    lead = next(
        (c for c in ranked if c.features["coverage"] >= own and _denies_that_there_is(asked, [c])), None
    )
    return led_by(lead, ranked)


def _denies_that_there_is(asked: Question, first: Sequence[Candidate]) -> bool:
    return any(
        _NO_SUCH.search(c.text) and len(awaited.topic(asked) & c.held) >= _TELLING and not asked.denies
        for c in first
    )


def _counted_first(asked: Question, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """``ranked``, led by the sentence of the best one's passage that tells the day or the amount, where the best
    tells none and the other holds all that the question does but a name: a mail names the room, and the day further
    down."""
    best = next(evidence.telling(asked, ranked), None)
    if asked.kind not in COUNTED or asked.asks_case or best is None or best.features["kind"] >= 1:
        return ranked
    if (headed_by := headed.lead(asked, ranked, best)) is not None:
        return led_by(headed_by, ranked)
    if best.features["kind"]:
        return ranked
    topic = awaited.topic(asked) - set(asked.names)
    lead = next(
        (
            c
            for c in ranked
            if c.hit.chunk_id == best.hit.chunk_id
            and c.features["kind"]
            and c.unit.kind == "sentence"
            and topic <= c.held | c.about
            and not topic.isdisjoint(c.held)
        ),
        None,
    )
    return led_by(lead, ranked)


def _once(*items: Evidence) -> tuple[Evidence, ...]:
    """Each sentence of a passage once, where it stands first."""
    return tuple({(e.hit.chunk_id, e.text): e for e in items}.values())


def extract_from(question: Question, found: Sequence[Evidence]) -> list[Evidence]:
    """One sentence, or two where the second, of the same document if there is one, is nearly as good and says of the
    question what the first does not; of a list or a summary, what is nearly as good."""
    first, *rest = found
    if _SUM.search(question.text) and (parts := _to_be_added(question, first, rest)):
        return [first, *parts]
    if question.kind in GATHERED:
        near = [item for item in rest[: MOST_LISTED - 1] if item.score >= 0.75 * first.score]
        return sorted(
            [first, *near], key=lambda e: (e.hit.chunk_id != first.hit.chunk_id, e.hit.text.find(e.text))
        )
    asked = set(question.stems)
    told = asked & set(words.stems(first.text))
    # The value of one letter does not belong to the date of another.
    for item in sorted(rest[:2], key=lambda e: e.hit.document_id != first.hit.document_id):
        if len(item.text.split()) < 4 or item.text in (item.hit.title, *item.hit.headings):
            continue  # a heading or a label
        if question.kind in COUNTED and item.hit.document_id != first.hit.document_id:
            continue
        more = (asked & set(words.stems(item.text))) - told
        if item.score >= 0.85 * first.score and more:
            return [first, item]
    return [first]


def _to_be_added(question: Question, first: Evidence, rest: Sequence[Evidence]) -> list[Evidence]:
    """What else of the same document holds a part of a sum that is asked for: the train, where the hotel is told."""
    asked = set(question.stems)
    told = asked & set(words.stems(first.text))
    parts = []
    for item in rest:
        more = (asked & set(words.stems(item.text))) - told
        if more and item.span and item.hit.document_id == first.hit.document_id:
            parts.append(item)
            told |= more
    return parts
