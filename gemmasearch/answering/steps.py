"""How something is done: the command, the code or the steps that a note gives, not a sentence that is only about it.

Such a question is answered by the blocks of code whose heading, introduction and lines hold its words, or by the
items of a list that are introduced so. What a title says counts for all below it; a line that is only a link to
another note tells nobody how.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence, Set
from textwrap import dedent

from gemmasearch import light
from gemmasearch.answering import evidence, hostile, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.holding import held_by
from gemmasearch.answering.question import Question
from gemmasearch.answering.sentences import Unit, units_of
from gemmasearch.answering.surroundings import head_of, heading_of
from gemmasearch.documents import Evidence, Hit
from gemmasearch.light import dataclass

_ASKS = light.pattern(  # folded
    r"(?:and |so |und |et |y )?(?:"
    r"how (?:do|does|can|could|should|would|must|shall|to) (?:i|we|you|one|people)\b|how to\b"
    r"|(?:what(?:['’]s| is| was)?|which) (?:is )?(?:the )?(?:\w+ ){0,2}(?:command|one-liner|incantation|snippet)\b"
    r"|wie (?!viel|hoch|lang|oft|alt|gross|weit|schnell)\w+ (?:ich|man|wir)\b"
    r"|comment (?:\w+(?:er|ir|re)|puis-je|peut-on)\b|como (?:\w+[aei]r|puedo|podemos|se)\b)"
)
_OF_COMMANDS = words.listed("command commands one-liner incantation snippet")
# Verbs that say little of what is to be done.
_PLAIN = words.listed(
    "get use make set run do give put see tell have let work need want find create start change"
)
_LITTLE = 0.4  # of its weight that a word counts which says little
ENOUGH, MOSTLY = 0.7, 0.78  # share of a question's words: with the one that says what is done, and without it
_OWN = 0.5  # what counts that stands right above a block, beside what stands above all of its note
_INTRODUCED = 0.1  # and a colon before it
_LATER = 0.02  # less for each block before it
_LISTED = 0.2  # less for a list beside code
_NEAR = 3  # sentences before a block that say what it is for
MOST_LINES = 15  # of a block of code
MOST_BLOCKS = 3  # where title or heading promise to tell how, and no block says more than the next
MOST_STEPS = 8
_FENCE = light.pattern(r"[ \t]*(```|~~~)")
_INDENTED = light.pattern(r"(?: {4}|\t)\s*\S")
_ITEM = light.pattern(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")
_NUMBERED = light.pattern(r"\s*\(?\d{1,3}[.)]\s")
_LINKS = light.pattern(r"!?\[[^\]\n]*\]\([^)\n]*\)|\[\[[^\]\n]*\]\]|https?://\S+")
_SUPERLATIVE = light.pattern(r"\b\w{3,}est\b", re.I)
_NO_WORD = light.pattern(r"[\W\d_]*")


def asks(question: Question) -> bool:
    """Whether it asks how something is done, or for the command that does it."""
    return question.kind in ("how", "what") and _ASKS.match(words.fold(question.text)) is not None


def is_link(text: str) -> bool:
    """Whether a line holds nothing but links, and their dates."""
    return _LINKS.search(text) is not None and _NO_WORD.fullmatch(_LINKS.sub("", text)) is not None


def told_by(question: Question, ranked: Sequence[Candidate], weights: Weights) -> list[Evidence]:
    """The introduction and the block of code that tell how, or the steps of a list; [] where no note gives any."""
    asked = _Asked(question, weights)
    hits = list({c.hit.chunk_id: c.hit for c in ranked}.values())
    ways = [way for hit in hits for way in _ways(asked, hit)]
    best = max(ways, key=lambda way: way.score, default=None)
    if best is None:
        return []
    if not best.promised or not best.is_code:
        return list(best.told)
    same = [way for way in ways if way.promised and way.is_code and way.of == best.of]
    first = max(0, min(same.index(best), len(same) - MOST_BLOCKS))
    return [item for way in same[first : first + MOST_BLOCKS] for item in way.told]


def untold(question: Question, ranked: Sequence[Candidate], weights: Weights) -> bool:
    """Whether no sentence of what was found speaks, with what stands around it, of all that is to be done."""
    asked = _Asked(question, weights)
    return not any(asked.is_said(c.spoken) for c in ranked if not is_link(c.text) and not _in_code(c))


def _in_code(candidate: Candidate) -> bool:
    at = candidate.unit.start
    return any(start <= at < end for start, end in _spans_of_code(candidate.hit.text))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of a question and what they weigh."""

    question: Question
    weights: Weights

    def share(self, held: Set[str]) -> float:
        """Of the question's words, by their rarity, those that are held: 0..1."""
        weighed = {stem: self._weight(stem) for stem in self._wanted()}
        return sum(weight for stem, weight in weighed.items() if stem in held) / (
            sum(weighed.values()) or 1.0
        )

    def is_said(self, held: Set[str], prose: Set[str] | None = None) -> bool:
        """Whether so much of it is held that it is spoken of.

        :param prose: the part of it in which the deed counts: in code its name may be that of something else.
        """
        wanted = self._wanted()
        said = held if prose is None else prose
        done = not wanted or wanted[0] in said or self._is_plain(wanted[0]) or self.question.language != "en"
        return self.share(held) >= (ENOUGH if done else MOSTLY)

    def _wanted(self) -> list[str]:
        """Its words, also which of many is meant: how to find the largest is not how to find one."""
        question = self.question
        stems = [s for s in question.stems if words.fold(question.surface[s]) not in _OF_COMMANDS]
        ends = words.stems(" ".join(_SUPERLATIVE.findall(question.text)), question.language)
        return list(dict.fromkeys((*(stems or question.stems), *ends)))

    def _weight(self, stem: str) -> float:
        little = stem in self.question.everyday or self._is_plain(stem)
        return self.weights.of(stem) * (_LITTLE if little else 1.0)

    def _is_plain(self, stem: str) -> bool:
        return words.fold(self.question.surface.get(stem, "")) in _PLAIN


@dataclass(frozen=True, slots=True)
class _Way:
    """What a note tells of how something is done, and how much of the question it says."""

    score: float
    told: tuple[Evidence, ...]
    of: tuple[int, str]  # its passage, and the heading above it
    promised: bool  # title and heading say all of the question
    is_code: bool


def _ways(asked: _Asked, hit: Hit) -> Iterator[_Way]:
    """Each block of code, and each list of steps, of a hit that says enough of the question."""
    units = units_of(hit)
    headings = [unit for unit in units if unit.kind == "heading"]
    general = _held(asked.question, f"{_folder(hit)} {head_of(hit)}")
    for number, block in enumerate((*_code(hit.text), *_lists(hit, units))):
        above = heading_of(hit.text, headings, block.unit)
        near = [unit.of(hit.text) for unit in _before(units, block.unit)]
        headed = general | _held(asked.question, above)
        prose = headed | _held(asked.question, " ".join(near))
        held = prose | _held(asked.question, block.said)
        intro = near[-1] if near else ""
        if not asked.is_said(held, prose) or hostile.instructs(f"{intro} {block.said}"):
            continue
        is_code = block.unit.kind == "code"
        own = asked.share(_held(asked.question, f"{above} {intro}"))
        score = asked.share(held) + _OWN * own + _INTRODUCED * intro.endswith(":") - _LATER * number
        told = [_evidence(hit, unit, score) for unit in block.told]
        if intro and (intro.endswith(":") or own > 0):
            told.insert(0, _evidence(hit, _before(units, block.unit)[-1], score))
        yield _Way(
            score - _LISTED * (not is_code),
            tuple(told),
            (hit.chunk_id, above),
            asked.is_said(headed),
            is_code,
        )


def _folder(hit: Hit) -> str:
    """The name of the folder in which a note is kept: those on Linux need not say so."""
    return "" if hit.part else os.path.basename(os.path.dirname(hit.path))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: ``unit`` is where all of it stands, ``told`` what of it is told."""

    unit: Unit
    said: str
    told: tuple[Unit, ...]


def _code(text: str) -> Iterator[Block]:
    """The blocks of code of a text, fenced or indented."""
    for start, end in _spans_of_code(text):
        lines = text[start:end].split("\n")
        shown = "\n".join(lines[:MOST_LINES]).rstrip()
        if shown.strip():
            lead = len(shown) - len(shown.lstrip())
            yield Block(
                Unit(start, end, "code"), text[start:end], (Unit(start + lead, start + len(shown), "code"),)
            )


def _spans_of_code(text: str) -> Iterator[tuple[int, int]]:
    start = at = 0
    fence = ""
    inside = listed = False
    blank = True
    for line in text.split("\n"):
        end = at + len(line)
        if fence:
            if line.strip().startswith(fence):
                yield start, at
                fence = ""
        elif opened := _FENCE.match(line):
            if inside:
                yield start, at
            fence, inside, start = opened[1], False, end + 1
        elif not line.strip():
            blank = True
            at = end + 1
            continue
        elif _INDENTED.match(line) and (inside or (blank and not listed)):
            start, inside = (start, True) if inside else (at, True)
        elif inside:
            yield start, at
            inside = False
        listed = bool(_ITEM.match(line)) or (listed and line[:1] in " \t")
        blank = False
        at = end + 1
    if fence or inside:
        yield min(start, len(text)), len(text)


def _lists(hit: Hit, units: Sequence[Unit]) -> Iterator[Block]:
    """The lists of a hit whose items are steps: numbered, or introduced by a line that ends with a colon."""
    for run in _runs(units):
        texts = [unit.of(hit.text) for unit in run]
        before = _before(units, run[0])
        steps = all(map(_NUMBERED.match, texts)) or any(u.of(hit.text).endswith(":") for u in before[-1:])
        if len(run) > 1 and steps and not any(map(is_link, texts)):
            yield Block(Unit(run[0].start, run[-1].end, "item"), " ".join(texts), tuple(run[:MOST_STEPS]))


def _runs(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    run: list[Unit] = []
    for unit in units:
        if unit.kind == "item":
            run.append(unit)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _before(units: Sequence[Unit], block: Unit) -> list[Unit]:
    """The sentences right above a block, up to the next heading or other block."""
    found: list[Unit] = []
    for unit in reversed([unit for unit in units if unit.end <= block.start]):
        if unit.kind not in ("sentence", "item") or len(found) == _NEAR:
            break
        found.insert(0, unit)
    return found


def _held(question: Question, text: str) -> set[str]:
    return held_by(question, text, words.stems(text, question.language), question.language)


def _evidence(hit: Hit, unit: Unit, score: float) -> Evidence:
    share = min(1.0, score / (1 + _OWN + _INTRODUCED))
    return Evidence(unit.of(hit.text), hit, share, None, evidence.line_at(hit, unit))


def block_of(item: Evidence) -> list[str]:
    """The lines of the block of code that evidence is, without what all are indented by; [] if it is none."""
    text = item.hit.text
    for block in _code(text):
        (unit,) = block.told
        if unit.of(text) == item.text:
            return dedent(text[text.rfind("\n", 0, unit.start) + 1 : unit.end]).split("\n")
    return []
