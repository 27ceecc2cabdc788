"""Candidates scored by their words once more, with what the full-text index cannot say in one sum.

The index finds candidates by BM25 over passages. Here the best of them are read: BM25 over fields (Robertson,
Zaragoza 2009), half of the passage and half of its document, as far as its passages are candidates; a passage
alone is too short to show what its document is about. The same counts give the words by which the best documents
differ from the other candidates: pseudo-relevance feedback (Lavrenko, Croft 2001; RM3) without a second search.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gemmasearch.retrieval.terms import Counted
from gemmasearch.store import Reading, words

K1 = 1.2
B = 0.75
DOCUMENT = 0.5  # of the score of a passage's words: what its document gives, the passage gives the rest
# What an occurrence counts beside one in the text; on SciFact, Cranfield and CISI 2 for titles beats 1 and 3.
FIELDS = {"title": 2.0, "names": 1.5, "path": 1.0, "headings": 1.5}
EXPANSION = 20  # words that feedback adds

Idf = Mapping[str, float]


@dataclass(slots=True)
class Bag:
    """The words of a passage, or of several of one document. ``text`` has the exact words in order."""

    exact: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    head: dict[str, Counter[str]] = field(
        default_factory=dict
    )  # "exact", "forms" of title, names, path, headings
    length: float = 0.0
    text: str = ""

    def count(self, wanted: Counted) -> float:
        if wanted.kind == "phrase":
            return float(self.text.count(f" {wanted.text} "))
        if wanted.kind == "prefix":
            return float(self.text.count(f" {wanted.text}"))
        if wanted.kind == "exact":
            return self.exact[wanted.text] + self.head["exact"][wanted.text]
        return self.forms[wanted.text] + self.head["forms"][wanted.text]


def bag(reading: Reading) -> Bag:
    """The words of one passage with those that stand above it."""
    language = reading.language or words.guess_language(reading.text)
    analyses = words.analyses(reading.text, language)
    exact = [word for a in analyses for word in a.exact]
    forms = [form for a in analyses for form in a.forms]
    if (
        not reading.text.isascii()
    ):  # scripts without spaces have no stems: their pairs of characters stand for them
        forms += [word for word in exact if words.unspaced(word)]
    found = Bag(Counter(exact), Counter(forms), length=len(exact))
    head = {"exact": Counter[str](), "forms": Counter[str]()}
    texts = [" ".join(exact)]
    for name, weight in FIELDS.items():
        if text := getattr(reading, name):
            above = words.analyses(text, language)
            texts.append(" ".join(word for a in above for word in a.exact))
            for a in above:
                for word in a.exact:
                    head["exact"][word] += weight  # type: ignore[assignment]
                for form in a.forms:
                    head["forms"][form] += weight  # type: ignore[assignment]
            found.length += len(above)
    found.head = head
    found.text = f" {' | '.join(texts)} "
    return found


def together(bags: Iterable[Bag]) -> Bag:
    """Passages of one document as one text; what stands above them counts once."""
    found = Bag()
    for each in bags:
        found.exact.update(each.exact)
        found.forms.update(each.forms)
        found.length += each.length
        found.head = found.head or each.head
        found.text += each.text
    return found


class Candidates:
    """Read candidates of one search. ``passages`` are keyed by chunk id, ``documents`` by document id."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.document_of = {r.chunk_id: r.document_id for r in readings}
        self.passages = {r.chunk_id: bag(r) for r in readings}
        grouped: dict[int, list[Bag]] = defaultdict(list)
        for r in readings:
            grouped[r.document_id].append(self.passages[r.chunk_id])
        self.documents = {id: b[0] if len(b) == 1 else together(b) for id, b in grouped.items()}

    def scores(self, wanted: Sequence[Counted], idf: Idf) -> dict[int, float]:
        """Chunk id -> 0..1, relative to the best passage and the best document."""
        passages = _relative(bm25(self.passages, wanted, idf))
        documents = _relative(bm25(self.documents, wanted, idf))
        return {
            id: (1 - DOCUMENT) * score + DOCUMENT * documents[self.document_of[id]]
            for id, score in passages.items()
        }

    def like(self, chosen: Mapping[int, float]) -> dict[int, float]:
        """Document id -> how much of what sets the ``chosen`` documents (id -> weight) apart stands in it."""
        among = Counter[str]()
        for each in self.documents.values():
            among.update(each.forms.keys())
        total = len(self.documents)
        telling: dict[str, float] = defaultdict(float)
        for id, weight in chosen.items():
            for form, count in self.documents[id].forms.items():
                if among[form] > 1:
                    telling[form] += weight * count / (count + K1) * _idf(total, among[form])
        best = sorted(telling, key=lambda form: (-telling[form], form))[:EXPANSION]
        idf = {form: telling[form] * _idf(total, among[form]) for form in best}
        return bm25(self.documents, [Counted(form, "form", 1.0) for form in best], idf)


def bm25(bags: Mapping[int, Bag], wanted: Sequence[Counted], idf: Idf) -> dict[int, float]:
    """Key -> sum over what is wanted of its rarity, saturated by its count; ``idf`` is by text."""
    average = sum(b.length for b in bags.values()) / (len(bags) or 1) or 1.0
    found = {}
    for key, each in bags.items():
        norm = K1 * (1 - B + B * each.length / average)
        score = 0.0
        for want in wanted:
            if count := each.count(want):
                score += want.share * idf[want.text] * count * (K1 + 1) / (count + norm)
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
