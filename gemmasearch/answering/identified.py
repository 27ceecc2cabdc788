"""One of several things that differ by a number: what is said of sample K-07 says nothing of sample K-08."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import GATHERED, SEVERAL, Question
from gemmasearch.answering.reference import points_back
from gemmasearch.light import dataclass

# "D-08", "MoS2-035", "GB200": letters, a capital among them, and a number behind a dash or right behind capitals.
_NUMBERED = light.pattern(
    r"(?<![\w-])(?P<letters>(?=[\w]*[A-Z])[A-Za-z]\w{0,9})[-–](?P<number>\d{1,5})(?![\w-]|[.,:]\d)"
    r"|(?<![\w-])(?P<capitals>[A-Z]{1,4})(?P<behind>\d{1,5})(?![\w-]|[.,:]\d)"
)
# "K-031, -032 and -034": the letters are said once.
_MORE = light.pattern(
    r"(?:[,;/&]| and| or| und| et| y|[ ]?[-–]| to| bis)+ ?[-–]?(?P<number>\d{1,5})(?![\w.])"
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """One of several of a kind, and where it is named in a text."""

    kind: str
    number: str
    start: int


def named(text: str) -> list[Numbered]:
    """What a text names by letters and a number, in order.

    >>> [each.number for each in named("Measured K-031, -032 and K-034.")]
    ['031', '032', '034']
    """
    return sorted(_named(text), key=lambda each: each.start)


def _named(text: str) -> Iterator[Numbered]:
    for match in _NUMBERED.finditer(text):
        kind = words.fold(match["letters"] or match["capitals"])
        yield Numbered(kind, match["number"] or match["behind"], match.start())
        at = match.end()
        while more := _MORE.match(text, at):
            if len(more["number"]) == len(match["number"] or match["behind"]):
                yield Numbered(kind, more["number"], more.start("number"))
            at = more.end()


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is said of another one of the kind that the question names by its number."""
    if question.kind in GATHERED or SEVERAL.search(question.text):
        return list(ranked)
    asked = named(question.text)
    if len({(each.kind, each.number) for each in asked}) != 1:
        return list(ranked)
    kept = [c for c in ranked if not _of_another(asked[0], c)]
    told = _told(question, asked[0])
    passages = {c.hit.chunk_id for c in kept if _holds(asked[0], c.hit.text)}
    if any(not told.isdisjoint(c.held) and c.hit.chunk_id in passages for c in kept):
        kept = [c for c in kept if not told.isdisjoint(c.held | c.about) or c.unit.kind == "row"]
    return kept


def of_it(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` says what is asked of what the question names by its number, and not just that there is
    one; True where it names none."""
    asked = named(question.text)
    if len(asked) != 1 or question.kind in (*GATHERED, "yesno", "why"):
        return True
    told = _told(question, asked[0])
    if not told or not any(_holds(asked[0], c.text) for c in near):
        return True
    return any(
        not told.isdisjoint(c.held | c.about) or c.unit.kind == "row" or points_back(c.text, c.language)
        for c in near
    )


def _told(question: Question, asked: Numbered) -> set[str]:
    """What is asked of it: the question's topic without its name."""
    own = set(words.stems(f"{asked.kind} {asked.number}", question.language))
    return {stem for stem in awaited.topic(question) - own if not named(question.surface[stem])}


def _holds(asked: Numbered, text: str) -> bool:
    return any((each.kind, each.number) == (asked.kind, asked.number) for each in named(text))


def _of_another(asked: Numbered, candidate: Candidate) -> bool:
    hit, unit = candidate.hit, candidate.unit
    if _holds(asked, candidate.text) or _holds(asked, " ".join((hit.title, *hit.headings))):
        return False
    beside = [each for each in named(hit.text) if each.kind == asked.kind]
    if any(unit.start <= each.start < unit.end for each in beside):
        return True
    before = [each for each in beside if each.start < unit.start]
    return bool(beside) and (not before or before[-1].number != asked.number)
