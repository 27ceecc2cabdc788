"""Which sentences of the hits answer the question: every unit of every hit gets one score.

The score is a weighted sum of features between 0 and 1 (:data:`FEATURES`), in the manner of a logistic
regression. The weights were fitted on questions kept apart from those that are measured
(``python -m tests.quality answers``).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import spans, words
from gemmasearch.answering.holding import costs, held_by, joined
from gemmasearch.answering.hostile import instructs
from gemmasearch.answering.numbers import numbers_in
from gemmasearch.answering.question import SEVERAL, Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.sentences import Unit, attributes, units_of
from gemmasearch.documents import Evidence, Hit
from gemmasearch.letters import STOPS, unspaced
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from gemmasearch.models import Embedder

_YAML = light.pattern(r"\s*---[ \t]*\n.*?^---[ \t]*$", re.S | re.M)
_APART = light.pattern(r"\n[ \t]*\n")  # an empty line
_SCRAP = 3  # words
_LETTERS_OF_A_WORD = 3  # between those of Chinese and of Thai
_LABEL = light.pattern(r"[^\W\d_][^:\n]{0,30}:[ \t]+\S")
_HEAD_OF_BLOCK = 5  # words
_HEAD_NAME = light.pattern(
    r"[-*+•]?\s*(?:\[[ xX]\]\s*)?(?P<mark>\*\*|__|)(?P<name>[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+)?)(?P=mark)"
)
YEAR = light.pattern(r"\b(?:19|20)\d\d\b")
_QUERY = light.pattern(r"\W*(?:q|question|f|frage|p|pregunta)\W", re.I)
_REPLY = light.pattern(r"\W*(?:a|answer|antwort|r|réponse|respuesta)\W", re.I)
_LETTERS = light.pattern(r"[^\W\d_]{3,}")
# What a sentence is measured by, and what each measure counts.
FEATURES: Mapping[str, float] = {
    "hit": 1.2,  # the score of its passage, relative to the best
    "coverage": 4.0,  # share of the question's words in it, weighted by rarity
    "context": 2.0,  # the same, of words that only its neighbours, title, headings, sender or date hold
    "about": 1.0,  # of these once more, what its title, headings, sender or date hold
    "names": 0.2,  # share of the question's names and numbers in it or its context
    "pairs": 1.0,  # share of the question's word pairs that stand in it side by side
    "meaning": 3.0,  # cosine of question and sentence
    "kind": 1.6,  # it holds what the kind of question waits for, or reads like it
    "whole": 0.5,  # it is a sentence, item or row of some length, no heading and no scrap
}
POINTED = 0.5  # what a word counts that stands before a sentence that points back to it, or above a row
_NOT_DENYING = 0.5  # how well a sentence answers that denies nothing, where a question asks for what is not
_DENYING = 0.5  # and one that denies something, where it is asked who does it
_EARLIER = 4  # sentences in which is named of whom one with a "him" speaks
RECORDS = ("contact", "event")  # every line of which is about the same person or day
# Lines of a record that answer one kind of question; "" = none by their kind.
_LABELS = {
    "When": "when", "Where": "where", "Birthday": "when", "Address": "where", "Phone": "number", "E-mail": "",
}  # fmt: skip
# The embedder is asked about so many sentences at most, and about none so far behind the best by its words that its
# meaning would hardly bring it to the front. Measured: twelve find two answers more in a thousand; the distance
# halves the work and costs none of the first sentences and one in a thousand of the first three.
_EMBEDDED = 8
_REACH = 2.0


@dataclass(frozen=True)
class Weights:
    """How rare a stem is in the index: ``log(1 + N / df)``, and 1.0 for every stem where nothing is known."""

    total: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)  # stem -> chunks that hold it

    def of(self, stem: str) -> float:
        if not self.total:
            return 1.0
        return math.log(1 + self.total / max(0.5, self.frequency.get(stem, 0.5)))


@dataclass(slots=True)
class Candidate:
    """A unit of a hit on its way to be evidence."""

    hit: Hit
    unit: Unit
    text: str
    language: str
    stems: list[str]
    held: Set[str]  # its stems, also as the question's language has them
    about: Set[str]  # the same of its title, headings, sender and date
    context: Set[str]  # of these and its neighbours
    features: dict[str, float]
    is_head: bool = False  # the names of the columns of a table
    posed: str = ""  # the question that stands right above it
    # Of the question's words that are neither in it nor in its context:
    everyday: float = 0.0  # share, weighted by rarity, of those that are common in the language at large
    afar: float = 0.0  # the same of the names that its passage holds further off
    named: float = 0.0  # and how many of the question's names these are, 0..1

    @property
    def score(self) -> float:
        return sum(FEATURES[name] * value for name, value in self.features.items())

    @property
    def share(self) -> float:
        """Its score, 0..1: the share of the best possible."""
        return min(1.0, max(0.0, self.score / sum(FEATURES.values())))

    @property
    def covered(self) -> float:
        """The share of the question's words, by rarity, that it holds with its context."""
        return self.features["coverage"] + self.features["context"]


def rank(
    question: Question, hits: Sequence[Hit], weights: Weights = Weights(), embedder: Embedder | None = None
) -> list[Candidate]:
    """Every unit of ``hits`` once, best first. Without an embedder the meaning counts nothing."""
    found = candidates(question, hits, weights)
    if embedder is not None:
        add_meaning(question, found, embedder)
    once: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda c: -c.score):
        once.setdefault(" ".join(candidate.stems) or candidate.text, candidate)
    return list(once.values())


def select(question: Question, ranked: Sequence[Candidate], limit: int = 8) -> list[Evidence]:
    """The first ``limit`` of ``ranked`` as evidence; ``Evidence.score`` is 0..1, the share of the best possible."""
    most = sum(weight for name, weight in FEATURES.items() if any(name in c.features for c in ranked))
    telling = sorted(
        ranked, key=lambda c: says_nothing(question, c)
    )  # a heading only where there is no better
    return [
        Evidence(
            c.text,
            c.hit,
            min(1.0, max(0.0, c.score / most)),
            spans.answering(question, c.text, c.language),
            _line(c.hit, c.unit),
        )
        for c in telling[:limit]
    ]


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
    return repeats or _is_scrap(candidate)


def coloured(candidate: Candidate) -> bool:
    """Whether it tells a colour: by a common name, or by any in a table with a column, or behind a label, for it."""
    told = (candidate.context if candidate.unit.kind == "row" else ()) if not candidate.is_head else ()
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
    return _line(hit, unit) if unit else hit.line


def _line(hit: Hit, unit: Unit) -> int | None:
    if hit.line is None:
        return None
    first = len(hit.text) - len(hit.text.lstrip())  # a hit's line is that of its first word
    return hit.line + hit.text.count("\n", first, unit.start)


def candidates(question: Question, hits: Sequence[Hit], weights: Weights) -> list[Candidate]:
    """Every unit of every hit with all features but the meaning."""
    top = max(map(_place, hits), default=0.0) or 1.0
    return [c for hit in hits for c in _of_hit(question, hit, _place(hit) / top, weights)]


def _place(hit: Hit) -> float:
    """What words and meaning gave it in its own ranking: the score says how likely it is, which differs less."""
    return (hit.words or 0.0) + (hit.meaning or 0.0) or hit.score


def _of_hit(question: Question, hit: Hit, relative: float, weights: Weights) -> list[Candidate]:
    every = _honest(hit)
    said = [unit for unit in every if unit.kind != "heading"] or every
    headings = [unit for unit in every if unit.kind == "heading"]
    language = hit.language or words.guess_language(hit.text)
    own = [words.stems(unit.of(hit.text), language) for unit in said]
    held = [
        held_by(question, unit.of(hit.text), stems, language) for unit, stems in zip(said, own, strict=True)
    ]
    head = " ".join((hit.title, *hit.headings, hit.sender, day_of(hit), _file_name(hit)))
    general = held_by(question, head, words.stems(head, language), language)
    headed = [*general, *words.stems(head, language)]
    passage = set[str]().union(*held)
    whole = passage if hit.kind in RECORDS else set[str]()
    apart = _apart(question, hit.text, said, language)
    asking = [  # who asks the same says nothing of what the next sentence tells
        unit.of(hit.text).endswith("?") and set(question.stems) <= held[n] for n, unit in enumerate(said)
    ]
    found = []
    names: list[str] = []  # of the columns, in the first row of a table
    priced = False  # one of the columns holds prices
    for at, unit in enumerate(said):
        text = unit.of(hit.text)
        about = general
        if block := " ".join((_block_of(hit.text, unit), _heading_of(hit.text, headings, unit))).strip():
            about = general | held_by(question, block, words.stems(block, language), language)
        of_somebody = speaks_of_somebody(text)
        reach = _EARLIER if of_somebody else 1
        near = [
            n
            for n in range(max(0, at - reach), at)
            if of_somebody or _beside(hit.text, said[n], unit, language)
            if not (apart[n] and apart[at]) and not asking[n]
        ]
        before = set[str]().union(*(held[n] for n in near))
        behind = [
            held[n]
            for n in range(at + 1, min(at + 2, len(said)))
            if _beside(hit.text, unit, said[n], language) and not (apart[n] and apart[at]) and not asking[n]
        ]
        around = before.union(whole, *behind)
        if question.language == "de":
            held[at] = held[at] | joined(question, held[at], own[at], headed)
        is_head = False
        if unit.kind == "row":
            if is_head := _names_columns(hit, said, at):
                names, unit = [*held[at].union(own[at])], replace(unit, kind="heading")
                priced = spans.priced(text)
            around.update(names)
            if priced and question.kind == "money":
                held[at] = held[at] | costs(question, held[at].union(names, about))
        else:
            names = []
        posed = _posed(hit.text, said[:at], headings, unit) if unit.kind != "heading" else ""
        told = held_by(question, posed, words.stems(posed, language), language) if posed else set[str]()
        around.update(told)
        features = _features(question, unit, text, language, own[at], held[at], about, around, weights)
        if unit.kind == "row":
            _lend(features, question, set(names) - held[at], weights)
        elif posed:
            _lend(features, question, told - held[at], weights, 1.0)
        elif hit.kind in RECORDS:
            _lend(features, question, general - held[at], weights)
        elif of_somebody or points_back(text, language):
            _lend(features, question, before - held[at], weights)
        features["hit"] = relative
        if question.denies and not words.denies(text):
            features["kind"] *= _NOT_DENYING
        if question.kind == "who" and not question.denies and words.negated(text):
            features["kind"] *= _DENYING
        label = text.partition(":")[0]
        if hit.kind in RECORDS and label in _LABELS and question.kind in ("when", "where"):
            features["kind"] = float(_LABELS[label] == question.kind)
        if hit.kind in RECORDS and question.asks_code and _LABELS.get(label) in ("when", "where"):
            features["kind"] = 0.0  # a postcode is nobody's telephone number
        found.append(
            Candidate(
                hit, unit, text, language, own[at], held[at], about, about | around, features, is_head, posed
            )
        )
        _note_missing(found[-1], question, set(question.stems) - held[at] - about - around, passage, weights)
    return found


def _apart(question: Question, text: str, said: Sequence[Unit], language: str) -> list[bool]:
    """Of each unit, whether it is one of several that say the same, each of something else: a row of a table, and an
    item of a list of people of whom the question names one."""
    if SEVERAL.search(question.text):
        return [False] * len(said)
    heads = [head_name(unit, unit.of(text), language) for unit in said]
    of_people = not set(question.names).isdisjoint(set[str]().union(*heads))
    return [unit.kind == "row" or (of_people and bool(head)) for unit, head in zip(said, heads, strict=True)]


def head_name(unit: Unit, text: str, language: str) -> frozenset[str]:
    """The stems of the name with which an item of a list, or a line with a label, begins: "- **Isla**, born in June",
    "Callum: physiotherapy"."""
    found = _HEAD_NAME.match(text)
    if found is None or not (unit.kind == "item" or text[found.end() :].startswith(":")):
        return frozenset()
    return frozenset(words.stems(found["name"], language))


def _beside(text: str, one: Unit, other: Unit, language: str) -> bool:
    """Whether one unit speaks of what the next one does: no paragraph ends between them, but where the one introduces
    the other or the other points back."""
    between = text[one.end : other.start]
    return not _APART.search(between) or one.of(text).endswith(":") or points_back(other.of(text), language)


def _block_of(text: str, unit: Unit) -> str:
    """The line above a block of lines with labels, for each of them: an address, a login, an entry of a list of
    telephone numbers. "" where there is none."""
    if not _LABEL.match(text, unit.start):
        return ""
    first, *more = text[: unit.start].rpartition("\n\n")[2].strip().split("\n")
    named = first and len(first.split()) <= _HEAD_OF_BLOCK and ":" not in first and first[-1] not in ".!?,;|"
    return first if named and all(_LABEL.match(line) for line in more) else ""


def _heading_of(text: str, headings: Sequence[Unit], unit: Unit) -> str:
    """The heading above a unit within its passage, for a passage may hold several sections of a note."""
    return next((each.of(text) for each in reversed(headings) if each.end <= unit.start), "")


def _honest(hit: Hit) -> list[Unit]:
    """The units of a hit without those that talk to a program: who planted one would have written the answer, and the
    sentences beside it would seem to speak of its words."""
    units = units_of(hit)
    return [u for u in units if not instructs(u.of(hit.text))] if instructs(hit.text) else units


def _note_missing(
    candidate: Candidate, question: Question, missing: Set[str], passage: Set[str], weights: Weights
) -> None:
    if candidate.features["kind"]:  # a sentence without what is asked for says nothing in other words
        candidate.everyday = _share(question, missing & question.everyday, weights)
    if names := missing & passage & set(question.names):
        candidate.afar = _share(question, names, weights)
        candidate.named = len(names) / len(question.names)


def _names_columns(hit: Hit, said: Sequence[Unit], at: int) -> bool:
    """Whether a row is the head of a table: a rule stands below it, or it begins the document and holds no digit."""
    if at + 1 == len(said) or said[at + 1].kind != "row":
        return False
    ruled = hit.text[said[at].end : said[at + 1].start].strip() != ""
    return ruled or (at == hit.start == 0 and not any(map(str.isdigit, said[at].of(hit.text))))


def _posed(text: str, before: Sequence[Unit], headings: Sequence[Unit], unit: Unit) -> str:
    """The question right above a unit that answers it, where it is a heading or the two have labels ("Q:", "A:");
    "" = none. A question in a letter is seldom answered by the next sentence."""
    above = [each for each in (*before[-1:], *headings) if each.end <= unit.start]
    last = max(above, key=lambda each: each.end, default=None)
    if last is None or not (said := last.of(text).rstrip("*_ ")).endswith("?"):
        return ""
    labelled = _QUERY.match(said) and _REPLY.match(text, unit.start)
    return said if last.kind == "heading" or labelled else ""


def _lend(
    features: dict[str, float], question: Question, before: Set[str], weights: Weights, part: float = POINTED
) -> None:
    """To a sentence that points back, or a row: half of what it lacks and the sentence before it, or the names of the
    columns, say; to one that answers what stands above it all of it."""
    lent = part * _share(question, before, weights)
    features["coverage"] += lent
    features["context"] -= lent


def _features(
    question: Question,
    unit: Unit,
    text: str,
    language: str,
    stems: list[str],
    have: set[str],
    about: set[str],
    around: set[str],
    weights: Weights,
) -> dict[str, float]:
    context = about | around
    pairs = set(pairwise(question.stems))
    names = question.names
    return {
        "coverage": _share(question, have, weights),
        "context": _share(question, context - have, weights),
        "about": _share(question, about - have, weights),
        "names": sum(name in have or name in context for name in names) / len(names) if names else 0.5,
        "pairs": len(pairs & set(pairwise(stems))) / len(pairs) if pairs else 0.0,
        "kind": spans.fits(question, text, language),
        "whole": 0.0 if unit.kind == "heading" else min(1.0, len(stems) / 5),
    }


def _share(question: Question, held: Set[str], weights: Weights) -> float:
    """Of the question's words, weighted by rarity, those that are held: 0..1."""
    total = sum(weights.of(stem) for stem in question.stems) or 1.0
    return sum(weights.of(stem) for stem in question.stems if stem in held) / total


def _file_name(hit: Hit) -> str:
    """The words of its file's name: "choir.md" need not say that it is about a choir. The name of a mailbox or an
    archive says nothing of what is in it."""
    if hit.part or hit.kind == "mail":
        return ""
    stem, _ = os.path.splitext(os.path.basename(hit.path))
    return " ".join(_LETTERS.findall(stem))


def day_of(hit: Hit) -> str:
    """The date of its document, unless its headings say of which year it speaks."""
    if any(YEAR.search(heading) for heading in hit.headings):
        return ""
    moment = moment_of(hit)
    return moment.strftime("%d %B %Y") if moment else ""


def moment_of(hit: Hit) -> datetime | None:
    """The date of its document, None where it has none that a calendar knows."""
    from datetime import UTC, datetime

    try:
        return None if hit.date is None else datetime.fromtimestamp(hit.date, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def add_meaning(question: Question, found: list[Candidate], embedder: Embedder) -> None:
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
