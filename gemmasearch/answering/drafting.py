"""An answer as it grows: what a generator says, sentence by sentence, kept if its sources say it too."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import awaited, evidence, grounding, hostile, markup, packing, spans, words
from gemmasearch.answering.madeup import made_up, repeated
from gemmasearch.answering.numbers import MARKER, days_in
from gemmasearch.answering.question import GATHERED, Question
from gemmasearch.answering.sentences import split
from gemmasearch.documents import CODE_INDENT, Answer, Citation, Evidence, Hit, Sentence
from gemmasearch.light import dataclass
from gemmasearch.models import prompts
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models import Generator

REFUSAL = prompts.NOT_FOUND
MOST_SENTENCES = 3  # of a generated answer
_UNPRINTABLE = light.pattern(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BULLET = light.pattern(r"^(?:[-*•]\s+)+")
_AFTER_STOP = light.pattern(r"([.!?…]+[\"'”’»)]*)\s+(\[\d{1,2}\])")  # a citation behind the full stop
_CUT_DAY = light.pattern(r"\b(?:am|vom|zum|den|dem|bis|seit|der) \d{1,2}\s*\.?\s*$")  # "am 14. [1] Oktober"
_WHOLE_WORD = light.pattern(r"\W*\w+[^\w\s]*\s")
_OPEN_MARKER = light.pattern(r"\[\d{0,2}\]?")

_PREAMBLE = light.pattern(
    r"^(?:the answer(?: to (?:this|the|your) question)? is(?: that)?:?|answer:"
    r"|according to (?:the|this) (?:text|passage),?"
    r"|(?:the|this) (?:text|passage|document) (?:says|states|tells)(?: us)? that)\s+(?=\S)",
    re.I,
)
_ASKING = words.listed(
    """who whom whose what when where which why how wer wen wem wessen was wann wo warum wieso wie welche welcher
    welches qui que quoi quel quelle quels quelles quand ou combien pourquoi comment quien cual cuando donde cuanto
    como"""
)
# Of a question for yes or no: "does Leo play the clarinet" is no answer to it.
_TURNED = words.listed(
    "do does did is are was were has have had can could will would should ist sind war waren hat haben kann wird"
)
_IS = light.pattern(
    r"([^,.;:]+?) (?:is|are|was|were|ist|sind|war|waren|est|était|es|era|fue) ([^,.;:]+)[,.;:]"
)
_AS_GOOD = 0.85  # of the first sentence's score: the second would be quoted beside it
_RUN = 4  # words: a sentence that says so many of its own words again is caught in a loop
_TWICE = light.pattern(r"\b([^\W\d_]+) \1\b", re.I)
_LOOP = 24  # characters at the end of what is said: standing there for the third time, they will come again

OnText = Callable[[str], None]


def printable(text: str) -> str:
    """On one line, with a blank for what cannot be printed: left out, it would make one word or link of two."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def loops(sentence: str) -> bool:
    """Whether a sentence repeats itself."""
    said = re.findall(r"\w+", sentence.lower())
    runs = [tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1)]
    return len(set(runs)) < len(runs)


def stammers(sentence: str, sources: str) -> bool:
    """Whether a sentence has a word twice side by side that its sources have not.

    >>> stammers("Die die Prüfung ist am Freitag.", "Die Prüfung ist am Freitag.")
    True
    >>> stammers("Duran Duran play on Friday.", "Tickets for Duran Duran")
    False
    """
    twice = {words.fold(match[0]) for match in _TWICE.finditer(sentence)}
    return bool(twice) and not twice <= {words.fold(match[0]) for match in _TWICE.finditer(sources)}


def replies(question: Question, sentence: str, quoted: str = "") -> bool:
    """Whether a sentence says more than the question did, and holds what its kind waits for: an amount of money, or a
    reason, where what would be ``quoted`` has one."""
    if _echoes(question.text, sentence) or _names_the_known(question, sentence):
        return False
    asked, told = days_in(question.text), days_in(sentence)
    if asked and told and asked.isdisjoint(told):
        return False  # of another day
    fresh = set(words.stems(sentence, question.language)) - set(question.stems)
    if question.kind == "money" and spans.MONEY.search(quoted) and not spans.MONEY.search(sentence):
        return False
    if question.kind == "why" and awaited.reasons(quoted) and not awaited.reasons(sentence):
        return False
    return bool(fresh) and awaited.has_wanted(question, sentence)


def _echoes(question: str, sentence: str) -> bool:
    """Whether a sentence begins as the question does: "who is the landlord is Kessler"."""
    asked, said = (re.findall(r"\w+", words.fold(text)) for text in (question, sentence))
    if len(asked) > 2 and asked[0] in _ASKING | _TURNED and said[:3] == asked[:3]:
        return True
    # "Nails were bought when Leo paid his rent": all that is asked, behind the word that asks for it
    tail = re.split(rf"\b{re.escape(asked[0])}\b", words.fold(sentence))[1:] if asked[:1] else []
    stems = set(words.stems(question))
    return asked[0] in _ASKING and len(stems) > 1 and any(stems <= set(words.stems(each)) for each in tail)


def _names_the_known(question: Question, sentence: str) -> bool:
    """Whether a sentence gives what the question names as its answer: of "which plant did Weber find" that the plant
    is Weber, a plant of dry meadows."""
    said = _IS.match(sentence) if question.kind in ("what", "who") and not question.asks_code else None
    if said is None:
        return False
    subject, answer = (set(words.stems(side, question.language)) for side in said.groups())
    return bool(subject and answer) and subject | answer <= set(question.stems)


@dataclass
class Draft:
    """An answer as it grows; sources are numbered in the order in which they are first cited."""

    question: Question
    on_text: OnText | None
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)

    def add(self, text: str, carried: Sequence[tuple[Hit, str]], support: float) -> None:
        numbers = tuple(dict.fromkeys(self._number(hit, quote) for hit, quote in carried))
        self._say(f"{text} {_marks(numbers)}", numbers, support)

    def add_block(self, lines: Sequence[str], hit: Hit, quote: str) -> None:
        """Lines of code as they stand, below the sentence that introduces them."""
        number = self._number(hit, quote)
        mark = "" if self.sentences and number in self.sentences[-1].citations else _marks([number])
        block = "\n".join(f"{CODE_INDENT}{_UNPRINTABLE.sub(' ', line)}" for line in lines)
        self._say(f"{mark}\n{block}", (number,), 1.0)

    def _say(self, piece: str, numbers: tuple[int, ...], support: float) -> None:
        if self.on_text is not None:
            self.on_text(_apart(self.sentences[-1].text, piece) + piece if self.sentences else piece)
        self.sentences.append(Sentence(piece, numbers, support))

    def _number(self, hit: Hit, quote: str) -> int:
        for citation in self.citations:
            if citation.hit.chunk_id == hit.chunk_id:
                return citation.number
        self.citations.append(Citation(len(self.citations) + 1, hit, quote, evidence.line_of(hit, quote)))
        return len(self.citations)

    def answer(self, question: str, found: Sequence[Evidence], by: str, notes: tuple[str, ...]) -> Answer:
        said = [sentence.text for sentence in self.sentences]
        text = "".join((*said[:1], *(_apart(one, other) + other for one, other in pairwise(said))))
        return Answer(
            question, text, tuple(self.sentences), tuple(self.citations), tuple(found), by, True, notes,
            unsupported=tuple(self.unsupported),
        )  # fmt: skip


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _apart(one: str, other: str) -> str:
    """What stands between two pieces of an answer: a block has lines of its own."""
    return "" if other.startswith("\n") else "\n" if "\n" in one else " "


def generate(
    draft: Draft, found: Sequence[Evidence], generator: Generator, settings: Settings, clock: Clock
) -> None:
    """Let the generator answer; what passes the check goes into the draft."""
    budget = _budget(draft.question, generator, settings)
    most = packing.MOST_LISTED if draft.question.kind in GATHERED else packing.MOST
    honest = [item for item in found if not hostile.instructs(item.text)]
    packed = packing.pack(honest, generator, budget, most)
    if not packed:
        return
    hits = list({item.hit.chunk_id: item.hit for item in packed}.values())
    against = grounding.sources(hits)
    pieces = generator.stream(
        prompts.instruction(datetime.now().astimezone().strftime("%A, %d %B %Y")),
        prompts.fenced(packing.text_of(draft.question, packed, generator, budget)),
        draft.question.text,
        max_tokens=settings.answer_tokens,
        grammar=prompts.grammar(len(hits)),
    )
    cut = False
    said: set[str] = set()
    told: set[str] = set()
    quoted = " ".join(item.text for item in found[:2] if item.score >= _AS_GOOD * found[0].score)
    for sentence in _sentences(_until_it_loops(_timed(pieces, clock))):
        plain = _bare(sentence)
        if not plain or plain == REFUSAL:
            continue
        if plain in said or len(draft.sentences) == MOST_SENTENCES:
            break  # a small model that repeats itself will not stop
        said.add(plain)
        behind, cut = cut, draft.question.language == "de" and _CUT_DAY.search(plain) is not None
        if cut or behind:
            draft.unsupported.append(plain)  # a citation within a date
            continue
        if not (stems := set(words.stems(plain))) - told:
            continue  # said already, in other words
        support = _supported(plain, sentence, against)
        good = support.holds and replies(draft.question, plain, quoted) and not loops(plain)
        good = good and not stammers(plain, " ".join(hit.text for hit in hits))
        good = good and not repeated(plain, draft.question, support.quotes)
        rest = draft.unsupported and not any(map(str.isalpha, plain))  # "2025." of a sentence that was wrong
        if good and not rest and not made_up(plain, draft.question, hits):
            carried = [(hits[n], q) for n, q in zip(support.sources, support.quotes, strict=True)]
            draft.add(printable(markup.as_read(plain, carried[0][0].path)), carried, support.score)
            told |= stems
        else:
            draft.unsupported.append(plain)
    clock.lap("generate")


def _budget(question: Question, generator: Generator, settings: Settings) -> int:
    """The tokens that the evidence may take beside the question and its answer."""
    room = generator.context - settings.answer_tokens - generator.count_tokens(question.text) - 64
    return max(32, min(settings.evidence_tokens, room))


def _supported(plain: str, sentence: str, against: Sequence[grounding.Source]) -> grounding.Support:
    """The check against the source that the sentence cites, else against all: the citation shown is the one that
    carries it, whatever number a small model wrote."""
    cited = {int(number) - 1 for number in re.findall(r"\[(\d{1,2})\]", sentence)}
    support = grounding.check(plain, [source for source in against if source.number in cited])
    return support if support.holds else grounding.check(plain, against)


def _bare(sentence: str) -> str:
    """A sentence without its citation and without "The answer is:" and its like."""
    plain = _BULLET.sub("", MARKER.sub("", sentence).strip())
    bare = _PREAMBLE.sub("", plain)
    return bare if bare == plain else bare[:1].upper() + bare[1:]


def _until_it_loops(pieces: Iterator[str]) -> Iterator[str]:
    said = ""
    for piece in pieces:
        yield piece
        said += piece
        if len(said) > 3 * _LOOP and said.count(said[-_LOOP:]) > 2:
            return


def _timed(pieces: Iterator[str], clock: Clock) -> Iterator[str]:
    for piece in pieces:
        if "first_word" not in clock.laps:
            clock.laps["first_word"] = time.perf_counter() - clock.last
        yield _UNPRINTABLE.sub(" ", piece)


def _sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Each sentence with its citation as soon as the next one begins; the rest at the end."""
    buffer = ""
    for piece in pieces:
        buffer = _AFTER_STOP.sub(r" \2\1", buffer + piece)
        units = split(buffer)
        if units and _OPEN_MARKER.fullmatch(units[-1].of(buffer)):
            continue  # the citation of the sentence before it is not whole yet
        if len(units) < 2 or not _WHOLE_WORD.match(buffer, units[-1].start):
            continue  # behind "am 14." the end of a word tells whether it is a month
        for unit in units[:-1]:
            yield unit.of(buffer)
        buffer = buffer[units[-1].start :]
    for unit in split(buffer):
        yield unit.of(buffer)


class Clock:
    """Seconds per step."""

    def __init__(self) -> None:
        self.started = self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self.last
        self.last = now
