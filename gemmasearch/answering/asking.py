"""The journey of ``ask``: hits -> evidence -> generated sentences that pass the check, or the evidence itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from gemmasearch import retrieval
from gemmasearch.answering import evidence, given, grounding, hostile, packing, refusal, spans, words
from gemmasearch.answering.evidence import Weights
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.scope import beyond, named_in
from gemmasearch.answering.sentences import split
from gemmasearch.documents import Answer, Citation, Condition, Evidence, Hit, Sentence
from gemmasearch.models import prompts
from gemmasearch.models.once import Once
from gemmasearch.settings import Settings

if TYPE_CHECKING:

    from gemmasearch.models import Embedder, Generator
    from gemmasearch.store import Store

REFUSAL = prompts.NOT_FOUND
HITS = 12  # passages that are read for evidence
SHOWN = 5  # evidence sentences that come with the answer
MOST_SENTENCES = 3  # of a generated answer
MOST_LISTED = 4  # sentences or items of an extracted list or summary
NO_GENERATOR = "no generator at hand, so these are the sources' own words; `gsearch models pull` gets one"
DIFFER = "the sources differ; the newest comes first"
NOTHING_HELD = "the generator said nothing that the sources support; these are the sources' own words"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKER = re.compile(r"\s*\[\d+\]")
_AFTER_STOP = re.compile(r"([.!?…]+[\"'”’»)]*)\s+(\[\d{1,2}\])")  # a citation behind the full stop
_OPEN_MARKER = re.compile(r"\[\d{0,2}\]?")
_BULLET = re.compile(r"^(?:[-*+•‣◦·–]|\(?\d{1,3}[.)]|#+)\s+")

OnText = Callable[[str], None]


def answer(
    store: Store,
    embedder: Embedder | None,
    generator: Generator | None,
    question: str,
    *,
    settings: Settings = Settings(),
    on_text: OnText | None = None,
    extract: bool = False,
    conditions: Sequence[Condition] = (),
) -> Answer:
    """Answer ``question`` from the files in ``store``; every sentence has passed the check against its source.

    :param generator: None = the answer is made of the sources' own sentences, as with ``extract``.
    :param on_text: called with each piece of the answer as soon as it may be shown; together they are
        ``Answer.text``. Not called for a refusal.
    :param conditions: filters beside those in the question.
    :returns: ``found`` False = nothing in the files answers it; the nearest passages are the evidence.
    """
    clock = _Clock()
    asked = understand(retrieval.parse(question).text)
    embedder = Once(embedder) if embedder is not None else None
    found = None
    for scope in dict.fromkeys(
        (named_in(question), ())
    ):  # a scope is a guess: without an answer it is given up
        where = (*conditions, *scope)
        hits = retrieval.search(store, embedder, question, limit=HITS, per_document=3, conditions=where)
        clock.lap("search")
        found = _Found.among(hits, beyond(asked, scope), rarity(store, asked), embedder)
        clock.lap("evidence")
        if found.answers:
            break
    assert found is not None
    return _reply(question, found, generator, settings, on_text, extract, clock)


def answer_from(
    text: str,
    embedder: Embedder | None,
    generator: Generator | None,
    question: str,
    *,
    name: str = "-",
    settings: Settings = Settings(),
    on_text: OnText | None = None,
    extract: bool = False,
) -> Answer:
    """As :func:`answer`, from a text that was handed over instead of the index. ``name`` stands for its path."""
    clock = _Clock()
    asked = understand(question)
    hits = given.passages(text, name)
    found = _Found.among(hits, asked, Weights(), embedder)
    if asked.kind == "summary" and hits:
        found = _Found(asked, tuple(given.gist(hits, SHOWN)), True)
    clock.lap("evidence")
    return _reply(question, found, generator, settings, on_text, extract, clock)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search brought: the evidence, best first, and whether it answers."""

    question: Question
    evidence: tuple[Evidence, ...]
    answers: bool

    @classmethod
    def among(
        cls, hits: Sequence[Hit], asked: Question, weights: Weights, embedder: Embedder | None
    ) -> _Found:
        ranked = evidence.rank(asked, hits, weights, embedder)
        space = embedder.space.name if embedder is not None else ""
        likely = refusal.chance(asked, ranked, space)
        return cls(asked, tuple(evidence.select(asked, ranked, SHOWN)), likely >= 0.5)


def _reply(
    question: str,
    found: _Found,
    generator: Generator | None,
    settings: Settings,
    on_text: OnText | None,
    extract: bool,
    clock: _Clock,
) -> Answer:
    if not found.answers or not found.evidence:
        return _done(Answer(question, REFUSAL, evidence=found.evidence, found=False), clock)
    draft = _Draft(found.question, on_text)
    notes: list[str] = []
    differing = evidence.differing(found.question, found.evidence)
    if differing:
        notes.append(DIFFER)  # a generator would choose one of them, or mix them
    elif generator is not None and not extract:
        _generate(draft, found.evidence, generator, settings, clock)
        if not draft.sentences:
            notes.append(NOTHING_HELD)
    elif not extract and settings.generator != "none":
        notes.append(NO_GENERATOR)
    by = generator.name if generator is not None and draft.sentences else ""
    if not draft.sentences:
        for item in differing or extract_from(found.question, found.evidence):
            quote = _UNPRINTABLE.sub("", evidence.with_antecedent(item))
            draft.add(f"“{_BULLET.sub('', quote)}”", [(item.hit, item.text)], 1.0)
    notes += [
        f"source [{c.number}] holds text that reads like instructions to a program; it was not followed"
        for c in draft.citations
        if hostile.instructs(c.hit.text)
    ]
    return _done(draft.answer(question, found.evidence, by, tuple(notes)), clock)


def rarity(store: Store, question: Question) -> Weights:
    """How rare the question's words are in the index."""
    return Weights(store.chunk_count(), store.document_frequency(question.stems))


def replies(question: Question, sentence: str) -> bool:
    """Whether a sentence says more than the question did, and holds what its kind waits for."""
    fresh = set(words.stems(sentence, question.language)) - set(question.stems)
    return bool(fresh) and spans.has_wanted(question, sentence)


def extract_from(question: Question, found: Sequence[Evidence]) -> list[Evidence]:
    """One sentence, or two where the second is nearly as good and says of the question what the first does not; of
    a list or a summary, what is nearly as good."""
    first, *rest = found
    if question.kind in ("list", "summary"):
        near = [item for item in rest[: MOST_LISTED - 1] if item.score >= 0.75 * first.score]
        return sorted(
            [first, *near], key=lambda e: (e.hit.chunk_id != first.hit.chunk_id, e.hit.text.find(e.text))
        )
    asked = set(question.stems)
    told = asked & set(words.stems(first.text))
    for item in rest[:2]:
        if len(item.text.split()) < 4:
            continue  # a heading or a label
        more = (asked & set(words.stems(item.text))) - told
        if item.score >= 0.85 * first.score and more:
            return [first, item]
    return [first]


class _Clock:
    """Seconds per step."""

    def __init__(self) -> None:
        self.started = self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self.last
        self.last = now


@dataclass
class _Draft:
    """An answer as it grows; sources are numbered in the order in which they are first cited."""

    question: Question
    on_text: OnText | None
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)

    def add(self, text: str, carried: Sequence[tuple[Hit, str]], support: float) -> None:
        numbers = tuple(dict.fromkeys(self._number(hit, quote) for hit, quote in carried))
        marks = "".join(f"[{number}]" for number in numbers)
        piece = f"{text} {marks}"
        if self.on_text is not None:
            self.on_text((" " if self.sentences else "") + piece)
        self.sentences.append(Sentence(piece, numbers, support))

    def _number(self, hit: Hit, quote: str) -> int:
        for citation in self.citations:
            if citation.hit.chunk_id == hit.chunk_id:
                return citation.number
        self.citations.append(Citation(len(self.citations) + 1, hit, quote, evidence.line_of(hit, quote)))
        return len(self.citations)

    def answer(self, question: str, found: Sequence[Evidence], by: str, notes: tuple[str, ...]) -> Answer:
        text = " ".join(sentence.text for sentence in self.sentences)
        return Answer(
            question, text, tuple(self.sentences), tuple(self.citations), tuple(found), by, True, notes,
            unsupported=tuple(self.unsupported),
        )  # fmt: skip


def _generate(
    draft: _Draft, found: Sequence[Evidence], generator: Generator, settings: Settings, clock: _Clock
) -> None:
    """Let the generator answer; what passes the check goes into the draft."""
    room = generator.context - settings.answer_tokens - generator.count_tokens(draft.question.text) - 64
    budget = max(32, min(settings.evidence_tokens, room))
    packed = packing.pack([item for item in found if not hostile.instructs(item.text)], generator, budget)
    if not packed:
        return
    hits = list({item.hit.chunk_id: item.hit for item in packed}.values())
    against = grounding.sources(hits)
    pieces = generator.stream(
        prompts.instruction(datetime.now().astimezone().strftime("%A, %d %B %Y")),
        prompts.fenced(packing.text_of(packed, generator, budget)),
        draft.question.text,
        max_tokens=settings.answer_tokens,
        grammar=prompts.grammar(len(hits)),
    )
    said: set[str] = set()
    for sentence in _sentences(_timed(pieces, clock)):
        plain = _MARKER.sub("", sentence).strip()
        if not plain or plain == REFUSAL:
            continue
        if plain in said or len(draft.sentences) == MOST_SENTENCES:
            break  # a small model that repeats itself will not stop
        said.add(plain)
        support = _supported(plain, sentence, against)
        if support.holds and replies(draft.question, plain):
            carried = [(hits[n], q) for n, q in zip(support.sources, support.quotes, strict=True)]
            draft.add(plain, carried, support.score)
        else:
            draft.unsupported.append(plain)
    clock.lap("generate")


def _supported(plain: str, sentence: str, against: Sequence[grounding.Source]) -> grounding.Support:
    """The check against the source that the sentence cites, else against all: the citation shown is the one that
    carries it, whatever number a small model wrote."""
    cited = {int(number) - 1 for number in re.findall(r"\[(\d{1,2})\]", sentence)}
    support = grounding.check(plain, [source for source in against if source.number in cited])
    return support if support.holds else grounding.check(plain, against)


def _timed(pieces: Iterator[str], clock: _Clock) -> Iterator[str]:
    for piece in pieces:
        if "first_word" not in clock.laps:
            clock.laps["first_word"] = time.perf_counter() - clock.last
        yield _UNPRINTABLE.sub("", piece)


def _sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Each sentence with its citation as soon as the next one begins; the rest at the end."""
    buffer = ""
    for piece in pieces:
        buffer = _AFTER_STOP.sub(r" \2\1", buffer + piece)
        units = split(buffer)
        if units and _OPEN_MARKER.fullmatch(units[-1].of(buffer)):
            continue  # the citation of the sentence before it is not whole yet
        for unit in units[:-1]:
            yield unit.of(buffer)
        if len(units) > 1:
            buffer = buffer[units[-1].start :]
    for unit in split(buffer):
        yield unit.of(buffer)


def _done(answer: Answer, clock: _Clock) -> Answer:
    from dataclasses import replace

    return replace(answer, timings={**clock.laps, "total": time.perf_counter() - clock.started})
