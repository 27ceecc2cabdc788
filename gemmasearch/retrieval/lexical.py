"""Candidates scored by their words once more, with what the full-text index cannot say in one sum.

The index finds candidates by BM25 over passages. Here the best of them are read: BM25 over fields (Robertson,
Zaragoza 2009), half of the passage and half of its document, as far as its passages are candidates; a passage
alone is too short to show what its document is about. The same counts give the words by which the best documents
differ from the other candidates: pseudo-relevance feedback (Lavrenko, Croft 2001; RM3) without a second search.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from gemmasearch.light import dataclass
from gemmasearch.retrieval.terms import Counted
from gemmasearch.store import Reading, words
from gemmasearch.store.words import Vocabulary

K1 = 1.2
B = 0.75
DOCUMENT = 0.5  # of the score of a passage's words: what its document gives, the passage gives the rest
# What an occurrence counts beside one in the text; on SciFact, Cranfield and CISI 2 for titles beats 1 and 3.
FIELDS = {"title": 2.0, "names": 1.5, "path": 1.0, "headings": 1.5}
EXPANSION = 20  # words that feedback adds

Idf = Mapping[str, float]


class Bag(NamedTuple):
    """The runs of a passage; what a run stands for depends on the language alone.

    ``head`` has those of what stands above the passage, by the weight of their fields; passages of one document may
    share it.
    """

    reading: Reading
    language: str
    runs: Sequence[str]
    head: Mapping[str, float]
    length: float  # in words

    def text(self) -> str:
        """The exact words in order, for phrases."""
        texts = (self.reading.text, *(getattr(self.reading, name) for name in FIELDS))
        return f" {' | '.join(words.exact(text) for text in texts if text)} "


def bag(reading: Reading) -> Bag:
    """The runs of one passage with those that stand above it."""
    runs = words.runs(reading.text)
    language = reading.language or words.guess_from(runs, reading.text)
    head, above = _head(reading.title, reading.names, reading.path, reading.headings)
    return Bag(reading, language, runs, head, above + _words_of(runs, reading.text))


@lru_cache(maxsize=512)
def _head(title: str, names: str, path: str, headings: str) -> tuple[Mapping[str, float], int]:
    """Run -> the weights of the fields that hold it together, and how many runs there are."""
    head: dict[str, float] = defaultdict(float)
    above = 0
    for text, weight in zip((title, names, path, headings), FIELDS.values(), strict=True):
        runs = words.runs(text) if text else ()
        above += len(runs)
        for run in runs:
            head[run] += weight
    return dict(head), above


def _words_of(runs: Sequence[str], text: str) -> int:
    """How many exact words a text has: a run has one, unless it has underscores or an unspaced script."""
    if "_" not in text and not words.unspaced(text):
        return len(runs)
    others = (run for run in runs if "_" in run or not run.isascii())
    return len(runs) + sum(len(words.exact(run).split()) - 1 for run in others)


@dataclass(slots=True)
class Counts:
    """How often what is wanted is in a text, by its place among the wanted: a passage, or those of one document
    together.

    What stands above the passages of a document counts once, but is part of the length of each.
    """

    length: float
    body: dict[int, float]
    head: dict[int, float]

    @property
    def any(self) -> bool:
        """Whether something of it is there."""
        return bool(self.body or self.head)

    def add(self, other: Counts) -> None:
        for at, count in other.body.items():
            self.body[at] = self.body.get(at, 0.0) + count
        self.length += other.length


class Candidates:
    """Read candidates of one search: ``bags`` of the passages by chunk id, ``document_of`` their documents."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.document_of = {r.chunk_id: r.document_id for r in readings}
        self.bags = {r.chunk_id: bag(r) for r in readings}
        runs: dict[str, set[str]] = defaultdict(set)
        for each in self.bags.values():
            runs[each.language].update(each.runs, each.head)
        self._vocabulary = {language: Vocabulary(found, language) for language, found in runs.items()}

    def scores(self, wanted: Sequence[Counted], idf: Idf) -> dict[int, float]:
        """Chunk id -> 0..1, relative to the best passage and the best document.

        Passages that hold nothing, which came by their meaning, lengthen no document and no average.
        """
        passages = {id: counts for id, counts in self._counted(wanted).items() if counts.any}
        found = _relative(bm25(passages, wanted, idf))
        documents = _relative(bm25(self._together(passages), wanted, idf))
        return {
            id: (1 - DOCUMENT) * found.get(id, 0.0) + DOCUMENT * documents.get(document, 0.0)
            for id, document in self.document_of.items()
        }

    def like(self, chosen: Mapping[int, float]) -> dict[int, float]:
        """Document id -> how much of what sets the ``chosen`` documents (id -> weight) apart stands in it."""
        said = {id: Counter[str]() for id in chosen}
        for chunk, document in self.document_of.items():
            if document in said:
                said[document].update(self._forms(self.bags[chunk]))
        among = self._among(frozenset().union(*said.values()))
        total = len(set(self.document_of.values()))
        telling: dict[str, float] = defaultdict(float)
        for id, weight in chosen.items():
            for form, count in said[id].items():
                if among[form] > 1:
                    telling[form] += weight * count / (count + K1) * _idf(total, among[form])
        best = sorted(telling, key=lambda form: (-telling[form], form))[:EXPANSION]
        idf = {form: telling[form] * _idf(total, among[form]) for form in best}
        wanted = [Counted(form, "form", 1.0) for form in best]
        return bm25(self._together(self._counted(wanted)), wanted, idf)

    def _forms(self, bag: Bag) -> dict[str, int]:
        """The forms of a passage's own words, and how often each is there."""
        vocabulary = self._vocabulary[bag.language]
        found: dict[str, int] = defaultdict(int)
        for run, count in Counter(bag.runs).items():
            for form in vocabulary.forms(run):
                found[form] += count
        return found

    def _among(self, forms: frozenset[str]) -> Counter[str]:
        """In how many documents each of the forms stands."""
        within: dict[str, dict[str, list[str]]] = {}
        for language, vocabulary in self._vocabulary.items():
            within[language] = defaultdict(list)
            for run, form in vocabulary.with_forms(forms):
                within[language][run].append(form)
        held: dict[int, set[str]] = defaultdict(set)
        for id, each in self.bags.items():
            own = within[each.language]
            there = set(filter(own.__contains__, each.runs))
            held[self.document_of[id]].update(*map(own.__getitem__, there))
        found = Counter[str]()
        for there in held.values():
            found.update(there)
        return found

    def _counted(self, wanted: Sequence[Counted]) -> dict[int, Counts]:
        """By chunk id."""
        places = {language: _places(wanted, known) for language, known in self._vocabulary.items()}
        whole = [(at, w) for at, w in enumerate(wanted) if w.kind in ("phrase", "prefix")]
        found = {}
        for id, each in self.bags.items():
            counts = found[id] = Counts(each.length, {}, {})
            of = places[each.language]
            for run in filter(of.__contains__, each.runs):
                for at in of[run]:
                    counts.body[at] = counts.body.get(at, 0.0) + 1
            for run in of.keys() & each.head.keys():
                for at in of[run]:
                    counts.head[at] = counts.head.get(at, 0.0) + each.head[run]
            if whole:
                _count_phrases(each, whole, counts.body)
        return found

    def _together(self, passages: Mapping[int, Counts]) -> dict[int, Counts]:
        """By document id."""
        found: dict[int, Counts] = {}
        for id, counts in passages.items():
            document = self.document_of[id]
            if document in found:
                found[document].add(counts)
            else:
                found[document] = Counts(counts.length, dict(counts.body), counts.head)
        return found


def _places(wanted: Sequence[Counted], vocabulary: Vocabulary) -> dict[str, list[int]]:
    """Run -> places in ``wanted`` of what it stands for, each as often as it does."""
    exact = {w.text: at for at, w in enumerate(wanted) if w.kind == "exact"}
    forms = {w.text: at for at, w in enumerate(wanted) if w.kind == "form"}
    found: dict[str, list[int]] = defaultdict(list)
    for run, word in vocabulary.with_words(exact.keys()):
        found[run].append(exact[word])
    for run, form in vocabulary.with_forms(forms.keys()):
        found[run].append(forms[form])
    return found


def _count_phrases(bag: Bag, wanted: Sequence[tuple[int, Counted]], counts: dict[int, float]) -> None:
    text = None
    for at, want in wanted:
        if not _may_hold(bag.reading, want.text):
            continue
        text = bag.text() if text is None else text
        if times := text.count(f" {want.text} " if want.kind == "phrase" else f" {want.text}"):
            counts[at] = float(times)


def _may_hold(reading: Reading, phrase: str) -> bool:
    """Whether all words of a phrase are somewhere in a text: cheap, and false for most."""
    texts = [reading.text, *(getattr(reading, name) for name in FIELDS)]
    if not all(text.isascii() for text in texts):
        return True
    lowered = " ".join(texts).lower()
    return all(word in lowered for word in phrase.split())


def bm25(counted: Mapping[int, Counts], wanted: Sequence[Counted], idf: Idf) -> dict[int, float]:
    """Key -> sum over what is wanted of its rarity, saturated by its count; ``idf`` is by text."""
    average = sum(c.length for c in counted.values()) / (len(counted) or 1) or 1.0
    weights = [want.share * idf[want.text] * (K1 + 1) for want in wanted]
    found = {}
    for key, each in counted.items():
        norm = K1 * (1 - B + B * each.length / average)
        score = 0.0
        for at in sorted(each.body.keys() | each.head.keys()):
            count = each.body.get(at, 0.0) + each.head.get(at, 0.0)
            score += weights[at] * count / (count + norm)
        found[key] = score
    return found


def idf(wanted: Sequence[Counted], total: int, frequency: Mapping[str, int]) -> dict[str, float]:
    """The rarity of what is wanted; a phrase is as rare as its rarest word. ``frequency`` is by single word."""
    return {want.text: max(_idf(total, frequency.get(w, 0)) for w in want.text.split()) for want in wanted}


def _idf(total: int, frequency: int) -> float:
    return math.log(1 + (total - min(total, frequency) + 0.5) / (frequency + 0.5))


def _relative(scores: dict[int, float]) -> dict[int, float]:
    best = max(scores.values(), default=0.0) or 1.0
    return {key: score / best for key, score in scores.items()}
