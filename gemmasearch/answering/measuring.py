"""How well each unit of a hit answers a question, by its own words and by those around it: all features but the
meaning."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace
from itertools import pairwise

from gemmasearch import light
from gemmasearch.answering import awaited, former, prices, spans, surroundings, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.holding import below_prices, held_by, held_in, joined
from gemmasearch.answering.markup import is_void, valid
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.sentences import Unit
from gemmasearch.answering.surroundings import RECORDS
from gemmasearch.documents import Hit
from gemmasearch.light import dataclass

_POINTED = 0.5  # what a word counts that stands before a sentence that points back to it, or above a row
_NOT_DENYING = 0.5  # how well a sentence answers that denies nothing, where a question asks for what is not
_DENYING = 0.5  # and one that denies something, where it is asked who does it
_EARLIER = 4  # sentences in which is named of whom one with a "him" speaks
_NOT = light.pattern(r"\b(?:not|never|no longer|nicht|nie|kein\w*) ([^\W\d_]+)", re.I)
# Lines of a record that answer one kind of question; "" = none by their kind.
_LABELS = {
    "When": "when", "Where": "where", "Birthday": "when", "Address": "where", "Phone": "number", "E-mail": "",
}  # fmt: skip


def of_hit(question: Question, hit: Hit, relative: float, weights: Weights) -> list[Candidate]:
    """Every unit of a hit but its headings, in order.

    :param relative: the worth of the hit, relative to the best.
    """
    read = _Read.of(question, hit, weights)
    return [read.candidate(at, relative) for at in range(len(read.said))]


def _holding(question: Question, hit: Hit, said: list[Unit]) -> list[Unit]:
    """The units without those that are struck out as a whole: a figure that was crossed out holds no longer, but a
    task that was is done."""
    if question.kind == "yesno" or former.asks(question) or "~~" not in hit.text:
        return said
    return [unit for unit in said if not is_void(unit.of(hit.text), hit.path)] or said


@dataclass(frozen=True, slots=True)
class _Around:
    """What the words around a unit say of the question."""

    about: Set[str]  # title, headings, sender, date, and the line above its block
    before: Set[str]  # the sentences that it points back to
    posed: str  # the question right above it, "" = none
    told: Set[str]  # and what that says
    context: Set[str]  # all of these, the columns, and the sentences beside it


@dataclass(slots=True)
class _Read:
    """A hit as it is read for one question, unit by unit. ``held`` and the table are of what has been read so far."""

    question: Question
    hit: Hit
    weights: Weights
    language: str
    said: list[Unit]  # its units but the headings
    headings: list[Unit]
    own: list[list[str]]  # the stems of each unit
    held: list[set[str]]  # the same, also as the question's language has them
    passage: set[str]  # of all of them
    general: set[str]  # of title, headings, sender, date and file name
    headed: list[str]  # and the stems of these as they stand
    apart: list[bool]  # units that say the same as those beside them, of something else
    asking: list[bool]  # who asks the same says nothing of what the next sentence tells
    columns: set[str]  # names of the columns, in the first row of a table
    priced: bool = False  # one of the columns holds prices

    @classmethod
    def of(cls, question: Question, hit: Hit, weights: Weights) -> _Read:
        every = surroundings.honest(hit)
        said = [unit for unit in every if unit.kind != "heading"] or every
        said = _holding(question, hit, said)
        headings = [unit for unit in every if unit.kind == "heading"]
        language = hit.language or words.guess_language(hit.text)
        texts = [valid(unit.of(hit.text), hit.path) for unit in said]
        own = [words.stems(text, language) for text in texts]
        held = [held_by(question, text, stems, language) for text, stems in zip(texts, own, strict=True)]
        head = surroundings.head_of(hit)
        general = held_in(question, head, language)
        headed = [*general, *words.stems(head, language)]
        if question.language == "de":
            general = general | joined(question, general, headed, headed)
        passage = set[str]().union(*held)
        apart = surroundings.apart(question, hit.text, said, language)
        asking = [
            unit.of(hit.text).endswith("?") and set(question.stems) <= held[n] for n, unit in enumerate(said)
        ]
        return cls(
            question, hit, weights, language, said, headings, own, held, passage, general, headed, apart, asking,
            columns=set(),
        )  # fmt: skip

    def candidate(self, at: int, relative: float) -> Candidate:
        """The unit at a place, with all that stands around it."""
        question, hit, unit = self.question, self.hit, self.said[at]
        text = unit.of(hit.text)
        about = self._about(unit)
        if question.language == "de":
            self.held[at] = self.held[at] | joined(question, self.held[at], self.own[at], self.headed)
        is_head = unit.kind == "row" and surroundings.names_columns(hit, self.said, at)
        self._read_table(at, text, about, is_head=is_head)
        if is_head:
            unit = replace(unit, kind="heading")
        around = self._around(at, unit, text, about)
        features = self._features(at, unit, valid(text, hit.path), around)
        self._lend(features, at, unit, around)
        features["hit"] = relative
        self._judge_kind(features, text)
        found = Candidate(
            hit, unit, text, self.language, self.own[at], self.held[at], about, around.context, features,
            is_head, around.posed,
        )  # fmt: skip
        self._note_missing(found)
        return found

    def _held_by(self, text: str) -> set[str]:
        return held_in(self.question, text, self.language)

    def _about(self, unit: Unit) -> set[str]:
        """What its document, its section and its block say of the question."""
        above = (
            surroundings.block_of(self.hit.text, unit),
            surroundings.heading_of(self.hit.text, self.headings, unit),
        )
        block = " ".join(above).strip()
        return self.general | self._held_by(block) if block else self.general

    def _around(self, at: int, unit: Unit, text: str, about: Set[str]) -> _Around:
        hit = self.hit
        before = self._before(at, text)
        posed = (
            surroundings.posed(hit.text, self.said[:at], self.headings, unit)
            if unit.kind != "heading"
            else ""
        )
        told = self._held_by(posed) if posed else set[str]()
        points = speaks_of_somebody(text) or points_back(text, self.language)
        whole = self.passage if hit.kind in RECORDS else set[str]()
        context = before.union(whole, *self._behind(at), self.columns, told, about)
        return _Around(about, before if points else set(), posed, told, context)

    def _before(self, at: int, text: str) -> set[str]:
        """What the sentence before it says, or the sentences in which may be named of whom it speaks."""
        of_somebody = speaks_of_somebody(text)
        reach = _EARLIER if of_somebody else 1
        near = [
            n
            for n in range(max(0, at - reach), at)
            if of_somebody or self._beside(n, at)
            if not (self.apart[n] and self.apart[at]) and not self.asking[n]
        ]
        return set[str]().union(*(self.held[n] for n in near))

    def _behind(self, at: int) -> list[set[str]]:
        """What the sentence behind it says, if it speaks of the same."""
        return [
            self.held[n]
            for n in range(at + 1, min(at + 2, len(self.said)))
            if self._beside(at, n) and not (self.apart[n] and self.apart[at]) and not self.asking[n]
        ]

    def _beside(self, one: int, other: int) -> bool:
        return surroundings.beside(self.hit.text, self.said[one], self.said[other], self.language)

    def _read_table(self, at: int, text: str, about: Set[str], *, is_head: bool) -> None:
        """Keep the names of the columns as long as rows follow; what stands below prices need not say "cost"."""
        if self.said[at].kind != "row":
            self.columns = set()
            return
        if is_head:
            self.columns = self.held[at].union(self.own[at])
            self.priced = spans.priced(text) or prices.says(text)
        if self.priced and self.question.kind == "money":
            self.held[at] = self.held[at] | below_prices(
                self.question, self.held[at].union(self.columns, about)
            )

    def _features(self, at: int, unit: Unit, text: str, around: _Around) -> dict[str, float]:
        question, weights, have = self.question, self.weights, self.held[at]
        pairs = set(pairwise(question.stems))
        names = question.names
        context = around.context
        return {
            "coverage": weights.share(question, have),
            "context": weights.share(question, context - have),
            "about": weights.share(question, around.about - have),
            "names": sum(name in have or name in context for name in names) / len(names) if names else 0.5,
            "pairs": len(pairs & set(pairwise(self.own[at]))) / len(pairs) if pairs else 0.0,
            "kind": self._fits(unit, text),
            "whole": 0.0 if unit.kind == "heading" else min(1.0, len(self.own[at]) / 5),
        }

    def _fits(self, unit: Unit, text: str) -> float:
        """How well it answers by its kind. A row may do so with a number of whose column nothing is known, or where a
        column, or what stands above, says that it is a price."""
        row = unit.kind == "row"
        unsaid = row and (self.priced or not self.columns or prices.in_cells(self.hit.text))
        if unsaid or not prices.asked(self.question):
            return awaited.fits(self.question, text, self.language)
        hit = self.hit
        headed = surroundings.heading_of(hit.text, self.headings, unit)
        above = " ".join((surroundings.head_of(hit), surroundings.block_of(hit.text, unit), headed))
        cells = text.replace(",", " , ") if row else text  # 8,11 are two numbers
        return awaited.fits(self.question, cells, self.language, above)

    def _lend(self, features: dict[str, float], at: int, unit: Unit, around: _Around) -> None:
        """To a sentence that points back, or a row: half of what it lacks and the sentence before it, or the names of
        the columns, say; to one that answers what stands above it all of it."""
        part = _POINTED
        if unit.kind == "row":
            lent: Set[str] = self.columns
        elif around.posed:
            lent, part = around.told, 1.0
        elif self.hit.kind in RECORDS:
            lent = self.general
        else:
            lent = around.before
        share = part * self.weights.share(self.question, lent - self.held[at])
        features["coverage"] += share
        features["context"] -= share

    def _judge_kind(self, features: dict[str, float], text: str) -> None:
        """Less for what denies where it should not, or does not where it should; of a record its label decides."""
        question = self.question
        if question.denies and not words.denies(text):
            features["kind"] *= _NOT_DENYING
        denied = question.kind == "who" and words.negated(text)
        denied = denied or (question.kind == "what" and self._denies_what_is_asked(text))
        if denied and not question.denies:
            features["kind"] *= _DENYING
        label = text.partition(":")[0]
        if self.hit.kind in RECORDS and label in _LABELS and question.kind in ("when", "where"):
            features["kind"] = float(_LABELS[label] == question.kind)
        if self.hit.kind in RECORDS and question.asks_code and _LABELS.get(label) in ("when", "where"):
            features["kind"] = 0.0  # a postcode is nobody's telephone number

    def _denies_what_is_asked(self, text: str) -> bool:
        """Whether a sentence says "not allergic", where it is asked to what somebody is."""
        denied = {stem for word in _NOT.findall(text) for stem in words.stems(word, self.language)}
        return not denied.isdisjoint(self.question.stems)

    def _note_missing(self, candidate: Candidate) -> None:
        """What neither it nor its context holds: everyday words, and names that stand elsewhere in the passage."""
        question = self.question
        missing = set(question.stems) - candidate.held - candidate.context
        if candidate.features["kind"]:  # a sentence without what is asked for says nothing in other words
            candidate.everyday = self.weights.share(question, missing & question.everyday)
        if names := missing & self.passage & set(question.names):
            candidate.afar = self.weights.share(question, names)
            candidate.named = len(names) / len(question.names)
