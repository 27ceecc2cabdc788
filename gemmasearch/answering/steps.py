"""How something is done: the command, the code or the steps that a note gives, not a sentence that is only about it.

Such a question is answered by the blocks of code whose heading, introduction and lines hold its words, or by the
items of a list that are introduced so. What a title says counts for all below it; a line that is only a link to
another note tells nobody how.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise
from textwrap import dedent

from gemmasearch import light
from gemmasearch.answering import evidence, hostile, words
from gemmasearch.answering.candidates import Candidate, Weights
from gemmasearch.answering.holding import held_in
from gemmasearch.answering.question import Question
from gemmasearch.answering.sentences import Unit, lines, units_of
from gemmasearch.answering.surroundings import head_of, heading_of
from gemmasearch.documents import Evidence, Hit
from gemmasearch.light import dataclass

_ASKS = light.pattern(  # folded
    r"(?:and |so |und |et |y )?(?:"
    r"how (?:do|does|can|could|should|would|must|shall|to) (?:i|we|you|one|people)\b|how to\b"
    r"|(?:what(?:['’]s| is| was)?|which) (?:is )?(?:the )?(?:\w+ ){0,2}(?:command|one-liner|incantation|snippet)\b"
    r"|wie (?!viel|hoch|lang|oft|alt|gross|weit|schnell)\w+ (?:ich|man|wir)\b"
    r"|comment (?:\w+(?:er|ir|re)|puis-je|peut-on)\b|como (?:\w+[aei]r|puedo|podemos|se(?! llaman?\b))\b)"
)
_OF_COMMANDS = words.listed("command commands one-liner incantation snippet")
# Verbs that say little of what is to be done.
_PLAIN = words.listed(
    "get use make set run do give put see tell have let work need want find create start change"
)
_LITTLE = 0.4  # of its weight that a word counts which says little
ENOUGH, MOSTLY = 0.7, 0.78  # share of a question's words: with the one that says what is done, and without it
_OWN = 0.5  # what counts that stands right above a block, beside what stands above all of its note
_HEADED = 0.5  # what stands above all of it once more
_INTRODUCED = 0.1  # and a colon before it
_PAIRS = 0.3  # words side by side, as they are in the question
_PLAINLY = 0.4  # title and introduction that speak of little else
_LATER = 0.02  # less for each block before it
_LISTED = 0.2  # less for a list beside code
_NEAR = 3  # sentences before a block that say what it is for
MOST_LINES = 12  # of a block of code
MOST_BLOCKS = 3  # where title or heading promise to tell how, and no block says more than the next
MOST_STEPS = 8
_FENCE = light.pattern(r"[ \t]*(?:```|~~~)")
_ALONE = light.pattern(r"\s*`[^`]+`\s*")  # a command in a line of its own
_INDENTED = light.pattern(r"(?: {4}|\t)\s*\S")
_ITEM = light.pattern(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")
_NUMBERED = light.pattern(r"\s*\(?\d{1,3}[.)]\s")
_LINKS = light.pattern(r"!?\[[^\]\n]*\]\([^)\n]*\)|\[\[[^\]\n]*\]\]|https?://\S+")
_SUPERLATIVE = light.pattern(r"\b\w{3,}est\b", re.I)
_UNDONE = light.pattern(
    r"\b(?:off|disabl\w+|undo\w*|uninstall\w*|remov\w+|revert\w*|ausschalten|deaktiv\w+)\b", re.I
)
_GIVES = light.pattern(
    r"`|:\W*$|(?:^| )--?[a-z]|\b(?:commands?|run|use|using|type|enter|with|via|by|call|execute|try|befehl)\b",
    re.I,
)
_NO_WORD = light.pattern(r"[\W\d_]*")


def asks(question: Question) -> bool:
    """Whether it asks how something is done, or for the command that does it."""
    return _ASKS.match(words.fold(question.text).lstrip("¿¡\"'(- ")) is not None


def is_link(text: str) -> bool:
    """Whether a line holds nothing but links, and their dates."""
    return _LINKS.search(text) is not None and _NO_WORD.fullmatch(_LINKS.sub("", text)) is not None


def told_by(question: Question, ranked: Sequence[Candidate], weights: Weights) -> list[Evidence]:
    """The introduction and the block of code that tell how, or the steps of a list; [] where no note gives any."""
    asked = _Asked.of(question, weights)
    ways = [way for hit in _hits(ranked) for way in _ways(asked, hit)]
    best = max(ways, key=lambda way: way.score, default=None)
    if best is None:
        return []
    if not best.promised or not best.is_code:
        return list(best.told)
    same = [way for way in ways if way.is_code and way.of == best.of and (way is best or not way.undoes)]
    same.sort(key=lambda way: (way.told[0].hit.start, way.place))
    first = [way for way in same if way is not best][: MOST_BLOCKS - 1]
    return [item for way in same if way is best or way in first for item in way.told]


def untold(question: Question, ranked: Sequence[Candidate], weights: Weights) -> bool:
    """Whether no sentence of what was found speaks, with what stands around it, of all that is to be done."""
    asked = _Asked.of(question, weights)
    of_command = not _OF_COMMANDS.isdisjoint(words.fold(question.text).split())
    code = {hit.chunk_id: _spans_of_code(hit) for hit in _hits(ranked)}
    return not any(
        (_gives_command(asked, c) if of_command and c.unit.kind == "sentence" else asked.is_said(c.spoken))
        for c in ranked
        if not is_link(c.text) and not any(start <= c.unit.start < end for start, end in code[c.hit.chunk_id])
    )


def _gives_command(asked: _Asked, candidate: Candidate) -> bool:
    """Whether a sentence gives a command, with what it does: what listens on a port is told by none that speaks of
    the port alone, nor by the next sentence."""
    return asked.is_said(candidate.held | candidate.about) and _GIVES.search(candidate.text) is not None


def _hits(ranked: Sequence[Candidate]) -> list[Hit]:
    return list({c.hit.chunk_id: c.hit for c in ranked}.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of a question and what they weigh."""

    question: Question
    weighed: Mapping[str, float]  # the deed first
    is_plain: bool  # the deed says little by itself

    @classmethod
    def of(cls, question: Question, weights: Weights) -> _Asked:
        """Its words, also which of many is meant: how to find the largest is not how to find one."""
        stems = [s for s in question.stems if words.fold(question.surface[s]) not in _OF_COMMANDS]
        ends = words.stems(" ".join(_SUPERLATIVE.findall(question.text)), question.language)
        wanted = dict.fromkeys((*(stems or question.stems), *ends))
        plain = {stem for stem in wanted if words.fold(question.surface.get(stem, "")) in _PLAIN}
        little = plain | (question.everyday - set(question.stems[:1]))
        weighed = {stem: weights.of(stem) * (_LITTLE if stem in little else 1.0) for stem in wanted}
        return cls(question, weighed, next(iter(wanted), "") in plain)

    def held(self, text: str) -> set[str]:
        """The words of the question that a text holds, and its other ones."""
        return held_in(self.question, text, self.question.language)

    def share(self, held: Set[str]) -> float:
        """Of the question's words, by their rarity, those that are held: 0..1."""
        said = sum(weight for stem, weight in self.weighed.items() if stem in held)
        return said / (sum(self.weighed.values()) or 1.0)

    def is_said(self, held: Set[str], prose: Set[str] | None = None) -> bool:
        """Whether so much of it is held that it is spoken of.

        :param prose: the part of it in which the deed counts: in code its name may be that of something else.
        """
        deed = next(iter(self.weighed), "")
        said = held if prose is None else prose
        done = not deed or deed in said or self.is_plain or self.question.language != "en"
        return self.share(held) >= (ENOUGH if done else MOSTLY)

    def pairs(self, text: str) -> float:
        """Of its words that stand side by side, those that do so in a text: from box to bag, or the other way."""
        pairs = set(pairwise(self.question.stems))
        return len(pairs & set(pairwise(words.stems(text, self.question.language)))) / (len(pairs) or 1)

    def is_undone(self, text: str) -> bool:
        """Whether a text speaks of doing away with something, and the question does not."""
        return _UNDONE.search(text) is not None and _UNDONE.search(self.question.text) is None

    def alone(self, text: str) -> float:
        """Of the words of a text, those that the question has, too: 0..1. Less is about more than was asked."""
        said = set(words.stems(text, self.question.language))
        return len(said & self.held(text) & set(self.question.stems)) / (len(said) or 1)


@dataclass(frozen=True, slots=True)
class _Way:
    """What a note tells of how something is done, and how much of the question it says."""

    score: float
    told: tuple[Evidence, ...]
    of: tuple[int, str]  # its document, and the heading above it where the title does not promise to tell
    promised: bool  # title and heading say all of the question
    place: int  # in its passage
    is_code: bool
    undoes: bool  # it tells how to do away with what is asked for


def _ways(asked: _Asked, hit: Hit) -> Iterator[_Way]:
    """Each block of code, and each list of steps, of a hit that says enough of the question."""
    units = units_of(hit)
    headings = [unit for unit in units if unit.kind == "heading"]
    general = asked.held(f"{_folder(hit)} {head_of(hit)}")
    for number, block in enumerate((*_code(hit), *_lists(hit, units))):
        above = heading_of(hit.text, headings, block.unit)
        before = _before(units, block.unit)
        near = [unit.of(hit.text) for unit in before]
        headed = general | asked.held(above)
        prose = headed | asked.held(" ".join(near))
        held = prose | asked.held(block.said)
        intro = near[-1] if near else ""
        if not asked.is_said(held, prose) or hostile.instructs(f"{intro} {block.said}"):
            continue
        is_code = block.unit.kind == "code"
        own = asked.share(asked.held(f"{above} {intro}"))
        score = asked.share(held) + _OWN * own + _INTRODUCED * intro.endswith(":") - _LATER * number
        score += _PAIRS * asked.pairs(intro) + _PLAINLY * asked.alone(f"{hit.title} {above} {intro}")
        told = [_evidence(hit, unit, score) for unit in block.told]
        if intro and (intro.endswith(":") or own > 0):
            told.insert(0, _evidence(hit, before[-1], score))
        titled = asked.is_said(general)
        of = (hit.document_id, "" if titled else above)
        promised = titled or asked.is_said(headed)
        score += _HEADED * asked.share(headed) - _LISTED * (not is_code)
        undoes = asked.is_undone(f"{above} {intro}")
        yield _Way(score, tuple(told), of, promised, block.unit.start, is_code, undoes)


def _folder(hit: Hit) -> str:
    """The name of the folder in which a note is kept: those on Linux need not say so."""
    return "" if hit.part else os.path.basename(os.path.dirname(hit.path))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: ``unit`` is where all of it stands, ``told`` what of it is told."""

    unit: Unit
    said: str
    told: tuple[Unit, ...]


def _code(hit: Hit) -> Iterator[Block]:
    """The blocks of code of a passage, fenced or indented."""
    text = hit.text
    for start, end in _spans_of_code(hit):
        shown = "\n".join(text[start:end].split("\n")[:MOST_LINES]).rstrip()
        if shown.strip():
            first = start + len(shown) - len(shown.lstrip())
            yield Block(Unit(start, end, "code"), text[start:end], (Unit(first, start + len(shown), "code"),))


def _spans_of_code(hit: Hit) -> list[tuple[int, int]]:
    """Where the blocks of code of a passage stand; what is cut off by its bounds counts."""
    found: list[tuple[int, int]] = []
    start, kind, blank, listed = 0, "fenced" if _begins_in_code(hit) else "", True, False
    for at, end in lines(hit.text):
        line = hit.text[at:end]
        fence = _FENCE.match(line) is not None
        if kind and (fence or (kind == "indented" and line.strip() and not _INDENTED.match(line))):
            found.append((start, at))
            if kind == "fenced":
                kind = ""
                continue
            kind = ""
        if not kind and fence:
            kind, start = "fenced", end + 1
        elif not kind and blank and not listed and _INDENTED.match(line):
            kind, start = "indented", at
        elif not kind and _ALONE.fullmatch(line):
            found.append((at + line.index("`") + 1, at + line.rindex("`")))
        if line.strip() and kind != "fenced":
            listed = bool(_ITEM.match(line)) or (listed and line[:1] in " \t")
        blank = not line.strip()
    return [*found, (start, len(hit.text))] if kind and start < len(hit.text) else found


def _begins_in_code(hit: Hit) -> bool:
    """Whether the first fence of a passage ends what begins in the one before it: another one would be opened by a
    sentence, and closed within the passage."""
    every = hit.text.split("\n")
    fences = [at for at, line in enumerate(every) if _FENCE.match(line)]
    if hit.start == 0 or not fences or every[fences[0]].strip("`~ \t"):
        return False
    before = [line for line in every[: fences[0]] if line.strip()]
    behind = next((line for line in every[fences[0] + 1 :] if line.strip()), "")
    return len(fences) % 2 == 1 or not before or (_is_prose(behind) and not _is_prose(before[-1]))


def _is_prose(line: str) -> bool:
    return line.rstrip().endswith((".", ":", "!", "?")) and len(line.split()) > 2


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


def _evidence(hit: Hit, unit: Unit, score: float) -> Evidence:
    share = min(1.0, score / (1 + _OWN + _HEADED + _INTRODUCED))
    return Evidence(unit.of(hit.text), hit, share, None, evidence.line_at(hit, unit))


def block_of(item: Evidence) -> list[str]:
    """The lines of the block of code that evidence is, without what all are indented by; [] if it is none."""
    text = item.hit.text
    for block in _code(item.hit):
        (unit,) = block.told
        if unit.of(text) == item.text:
            begun = text[text.rfind("\n", 0, unit.start) + 1 : unit.start]
            return dedent(begun * (not begun.strip()) + text[unit.start : unit.end]).split("\n")
    return []
