"""Is a sentence said by its source? Numbers, dates, names, quotes, addresses and negation must occur there;
of the other content words a share must.

A sentence is checked clause by clause, each against single sentences of the sources: a number from one line and a
subject from another do not support each other. What surrounds a source sentence (title, headings, sender, date)
may lend it names, never numbers. A name must stand there as it is written, but for a final s; so must all parts of
a compound that begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from gemmasearch import light
from gemmasearch.answering import parts, relations, spans, words
from gemmasearch.answering.numbers import MARKER, dated_in, days_in, months_in, numbers_in, times_in, units_in
from gemmasearch.answering.sentences import sentences_of, units_of
from gemmasearch.documents import Hit
from gemmasearch.light import dataclass

ENOUGH = 0.7  # share of a clause's content words that its source sentence must hold
_LABEL = 3  # words that may be the name of what is said behind them: "2. Fee. 840 euros in two parts"
_CLAUSE = light.pattern(
    r"[,;:]\s+(?:and|but|while|und|aber|et|mais|y|pero)\s+|;\s+|\s+—\s+"
    r"|,\s+(?:who|which)\s+(?!of\b)"
)
# A sentence with one of these may speak of what the sentence before it names.
_POINTS = light.pattern(
    r"\b(?:he|him|she|it|they|them|this|these|that|those|his|hers?|its|theirs?|there|then|er|ihn|sie|es|dies\w*"
    r"|sein\w*|ihr\w*|dort|dabei|dann|ils?|elles?|lui|leurs?|cela|ce|cette|ces|él|ellas?|ellos|esto|eso|est[aeo]s?|sus?)\b",
    re.I,
)
# What stands on either side of these is said by itself: a "not" on one side denies nothing on the other.
_CONTRAST = light.pattern(
    r"[,;]\s+(?=(?:while|whereas|but|although|even (?:when|if|though)|aber|während|obwohl|mais|alors que|pero"
    r"|mientras|aunque)\b)",
    re.I,
)
# Whoever says I or you means somebody: only the very words leave open who.
_SPEAKER = light.pattern(
    r"(?:^|[,;:]\s|\b[a-z]+ )I\b|\b(?:[Mm]e|[Mm]y|[Ww]e|us|[Oo]urs?|[Yy]ou|[Yy]ours?|[Ii]ch|[Mm]ich|[Mm]ir"
    r"|[Mm]eine?[mnrs]?"
    r"|[Ww]ir|[Uu]nse?re?[mnrs]?|[Dd]ich|[Dd]eine?[mnrs]?|[Jj]e|[Mm]oi|[Nn]ous|[Nn]otre|[Vv]ous|[Vv]otre|[Yy]o"
    r"|[Nn]uestr[ao]s?|[Uu]sted)\b"
)
_VERDICT = light.pattern(r"^(?:yes|no|ja|nein|oui|non|s[ií])[,.!:]?\s+", re.I)
_COMPOUND = light.pattern(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)+")
_OPENERS = words.listed("according based however therefore thus also additionally yes answer text note the")


@dataclass(frozen=True, slots=True)
class Source:
    """One sentence of a hit, or a part of it that is said by itself, ready to be compared. ``number`` is the hit's
    place in the list that was checked against; ``around`` holds the stems of what may lend names."""

    number: int
    text: str
    stems: frozenset[str]
    around: frozenset[str]
    names: frozenset[str]  # every word of it and around it, as it is written
    numbers: frozenset[str]
    months: frozenset[int]
    days: frozenset[tuple[int, int]]
    times: frozenset[tuple[int, int]]
    units: frozenset[str]
    negated: bool
    parts: tuple[parts.Part, ...]  # where different numbers stand in different parts


@dataclass(frozen=True, slots=True)
class Support:
    """``score`` is 0..1, 0 = something in the sentence is in no source; ``missing`` says what.
    ``sources`` are the numbers of the hits that carry it, ``quotes`` their sentences, in the same order."""

    score: float
    sources: tuple[int, ...] = ()
    quotes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.score > 0


def sources(hits: Sequence[Hit]) -> list[Source]:
    """Every sentence of the hits."""
    found: list[Source] = []
    for number, hit in enumerate(hits):
        language = hit.language or words.guess_language(hit.text)
        about = " ".join((hit.title, *hit.headings, hit.sender, hit.recipients))
        units = [unit.of(hit.text) for unit in units_of(hit)]
        said = [_Said.of(text, language) for text in units]
        lent = _Said.of(about, language)
        for at, text in enumerate(units):
            around = lent.beside(said[max(0, at - 1) : at]) if _POINTS.search(text) else lent
            if len(parts_ := sentences_of(text)) > 1:  # two things said in one item do not support a third
                found += _apart(number, text, parts_, around, lent, language)
                continue
            found.append(_source(number, text, text, said[at], around, language))
            sides = _CONTRAST.split(text)
            if found[-1].negated and len(sides) > 1:
                found += [
                    _source(number, text, side, _Said.of(side, language), around, language) for side in sides
                ]
    return found


def _apart(
    number: int, quote: str, pieces: Sequence[str], first: _Said, lent: _Said, language: str
) -> Iterator[Source]:
    """The sentences of an item, each by itself; one that points back is lent what stands before it."""
    before: _Said | None = None
    for piece in pieces:
        said = _Said.of(piece, language)
        leans = before is not None and (_POINTS.search(piece) or len(before.written) <= _LABEL)
        around = first if before is None else lent.beside([before]) if leans else lent
        yield _source(number, quote, piece, said, around, language)
        before = said


class _Said(NamedTuple):
    """The words of a text: their stems, and as they are written."""

    stems: frozenset[str]
    written: frozenset[str]

    @classmethod
    def of(cls, text: str, language: str) -> _Said:
        tokens = words.tokens(text, language)
        return cls(frozenset(t.stem for t in tokens), frozenset(words.fold(t.text) for t in tokens))

    def beside(self, others: Sequence[_Said]) -> _Said:
        stems, written = (self[i].union(*(other[i] for other in others)) for i in (0, 1))
        return _Said(stems, written)


def _source(number: int, quote: str, text: str, said: _Said, around: _Said, language: str) -> Source:
    return Source(
        number, quote, said.stems, around.stems, said.written | around.written, numbers_in(text),
        months_in(text) | dated_in(text), days_in(text), times_in(text), units_in(text), words.negated(text),
        parts.of(text, language),
    )  # fmt: skip


def check(sentence: str, against: Sequence[Source]) -> Support:
    """Whether the sources say the sentence; citation markers in it are ignored."""
    plain = _VERDICT.sub("", MARKER.sub("", sentence).strip())
    results = [_best(clause, against) for clause in _clauses(plain)]
    if not results:
        return Support(0.0, missing=("nothing is said",))
    missing = tuple(dict.fromkeys(item for result in results for item in result.missing))
    if any(not result.holds for result in results):
        return Support(0.0, missing=missing)
    carried = dict.fromkeys(pair for r in results for pair in zip(r.sources, r.quotes, strict=True))
    return Support(
        min(result.score for result in results),
        tuple(number for number, _ in carried),
        tuple(quote for _, quote in carried),
    )


def _clauses(sentence: str) -> Iterator[str]:
    """Parts that say something by themselves; a part of fewer than three words stays with the one before."""
    parts: list[str] = []
    for part in _CLAUSE.split(sentence):
        if parts and len(part.split()) < 3:
            parts[-1] += ", " + part
        elif part.strip(" .!?"):
            parts.append(part)
    yield from parts


def _best(clause: str, against: Sequence[Source]) -> Support:
    best = Support(0.0, missing=("no source says this",))
    nearest = -1.0
    claim = _Claim.of(clause)
    if not claim.stems:
        return Support(0.0, missing=("nothing is said",))
    for source in against:
        score, missing = claim.compare(source)
        if not missing and score > best.score:
            best = Support(score, (source.number,), (source.text,))
        if not best.holds and score > nearest:
            nearest = score
            best = Support(0.0, missing=tuple(missing))
    return best


class _Name(NamedTuple):
    """A name as it is written, folded. The word that begins a sentence may be none: then its ``stem`` is enough."""

    written: str
    stem: str

    def stands(self, written: Set[str], stems: Set[str]) -> bool:
        bare = self.written.removesuffix("s")
        return self.written in _OPENERS or not written.isdisjoint((self.written, bare)) or self.stem in stems


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    stems: tuple[str, ...]
    names: tuple[_Name, ...]
    numbers: frozenset[str]
    months: frozenset[int]
    days: frozenset[tuple[int, int]]
    times: frozenset[tuple[int, int]]
    units: frozenset[str]
    quotes: tuple[str, ...]
    addresses: frozenset[str]
    negated: bool

    @classmethod
    def of(cls, clause: str) -> _Claim:
        language = words.guess_language(clause)
        found = words.tokens(clause, language)
        said = [t for t in found if t.content]
        plain = [
            t for t in said if not t.text.isdigit() and not months_in(t.text)
        ]  # these are compared as numbers
        return cls(
            clause,
            tuple(t.stem for t in plain or said),
            tuple(_names(found, clause)),
            numbers_in(clause),
            months_in(clause),
            days_in(clause),
            times_in(clause),
            units_in(clause),
            tuple(_flat(clause[s.start : s.end]) for s in spans.quotes(clause)),
            _addresses(clause),
            words.negated(clause),
        )

    def compare(self, source: Source) -> tuple[float, list[str]]:
        """The share of content words, and what is wrong (empty = supported)."""
        have = source.stems | source.around
        missing = [f"number {n}" for n in sorted(self.numbers - source.numbers)]
        missing += [f"month {m}" for m in sorted(self.months - source.months)]
        if source.days:
            missing += [f"day {day} of month {month}" for month, day in sorted(self.days - source.days)]
        missing += [f"time {hour}:{minute:02}" for hour, minute in sorted(self.times - source.times)]
        missing += [
            f"number of another part: {stem}"
            for stem in sorted(parts.elsewhere(self.stems, self.numbers, source.parts))
        ]
        missing += [f"unit {unit}" for unit in sorted(self.units - source.units)]
        missing += [f"name {n.written}" for n in self.names if not n.stands(source.names, have)]
        missing += [f"address {a}" for a in sorted(self.addresses - _addresses(source.text))]
        missing += [f"quote {q}" for q in self.quotes if q not in _flat(source.text)]
        if self.negated != source.negated:
            missing.append("negation")
        if self.negated and source.negated:
            written = {name.written for name in self.names}
            missing += [
                f"not {n}" for n in sorted(relations.denied_otherwise(self.text, written, source.text))
            ]
        if relations.opposes_otherwise(self.text, {n.written for n in self.names}, source.text):
            missing.append("who is against it")
        if not missing and relations.turned(self.text, source.text):
            missing.append("who is what")
        own = words.share(self.stems, source.stems)
        if _SPEAKER.search(self.text) and not _stands(self.text, source.text):
            missing.append("who speaks")
        share = own + 0.5 * (words.share(self.stems, have) - own)
        if share < ENOUGH:
            missing.append(f"only {share:.0%} of its words")
        return share, missing


def _names(found: Sequence[words.Token], clause: str) -> Iterator[_Name]:
    """Capitalised content words, and all parts of a compound that begins with one; months are compared as dates."""
    compounds = [m for m in _COMPOUND.finditer(clause) if m.group()[0].isupper()]
    for token in found:
        inside = any(m.start() <= token.start < m.end() for m in compounds)
        if not token.content or not (inside or token.text[0].isupper()):
            continue
        if not months_in(token.text) and not token.text.isdigit():
            begins = not any(c.isalnum() for c in clause[: token.start])
            yield _Name(words.fold(token.text), token.stem if begins else "")


def _addresses(text: str) -> frozenset[str]:
    """Links and mail addresses, whole: the beginning of one leads elsewhere."""
    return frozenset(m.group().rstrip(".,;:!?)\"'”’»") for m in spans.ADDRESS.finditer(text))


def _stands(clause: str, text: str) -> bool:
    """Whether the words of a clause stand side by side in a text."""
    said, there = (" ".join(re.findall(r"[^\W_]+", words.fold(each))) for each in (clause, text))
    return f" {said} " in f" {there} "


def _flat(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
