"""The journey of ``ask``: hits -> evidence -> generated sentences that pass the check, or the evidence itself."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gemmasearch import light, retrieval
from gemmasearch.answering import (
    attached,
    chosen,
    differing,
    evidence,
    extremes,
    former,
    given,
    halves,
    hostile,
    listing,
    newest,
    others,
    reference,
    refusal,
    synonyms,
    words,
)
from gemmasearch.answering.drafting import REFUSAL, Clock, Draft, OnText, generate, printable
from gemmasearch.answering.evidence import Weights
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.scope import beyond, dated, described, scopes_of
from gemmasearch.documents import Answer, Condition, Evidence, Hit
from gemmasearch.light import dataclass
from gemmasearch.models.once import Once
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models import Embedder, Generator
    from gemmasearch.store import Store

HITS = 12  # passages that are read for evidence
SHOWN = 5  # evidence sentences that come with the answer
_LONG = 5  # letters of a word of which another spelling is a slip and no other word
MOST_LISTED = 4  # sentences or items of an extracted list or summary
_SUM = light.pattern(
    r"\b(?:in total|altogether|together|in all|sum of|total of|insgesamt|zusammen|summe|en tout|au total|ensemble"
    r"|en total|junt[oa]s)\b",
    re.I,
)
NO_GENERATOR = "no generator at hand, so these are the sources' own words; `gsearch models pull` gets one"
DIFFER = "the sources differ"
NEWEST_FIRST = f"{DIFFER}; the newest comes first"
MAY_BE_NEWER = "another source tells of a change; it comes first"
HALF = "half of the question is answered; nothing answers"
NOT_IN_TEXT = "Nothing in the text answers this."
NOTHING_HELD = "the generator said nothing that the sources support; these are the sources' own words"
_BULLET = light.pattern(r"^(?:[-+•‣◦·–]|\*{1,8}|\(?\d{1,3}[.)]|#+)\s+")


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
    clock = Clock()
    line = dated(question)
    parsed = retrieval.parse(line)
    asked = understand(parsed.text)
    embedder = Once(embedder) if embedder is not None else None
    found = None
    *scopes, named = scopes_of(question)
    for scope in dict.fromkeys((*scopes, named, ())):  # a scope is a guess: without an answer it is given up
        where = (*conditions, *scope)
        rest = beyond(asked, scope)
        if rest.stems or not (scope or parsed.conditions):
            hits = passages(store, embedder, line, where)
            if listing.asks_for_tasks(rest):
                hits = [*passages(store, None, listing.TASKS, where), *hits]
            if said := _in_other_words(store, rest):
                seen = {hit.chunk_id for hit in hits}
                hits += [hit for hit in passages(store, None, said, where) if hit.chunk_id not in seen]
            clock.lap("search")
            weights = rarity(store, asked)
            found = _Found.among(hits, rest, weights, embedder)
            if (both := halves.of(asked)) and hits:
                one, other = (beyond(half, scope) for half in both)
                found = found.with_halves(hits, one, other, weights, embedder)
        else:  # "what did Dana write in March", or filters alone: the newest of it
            hits = retrieval.search(store, None, "", limit=SHOWN, conditions=(*where, *parsed.conditions))
            clock.lap("search")
            found = _Found(replace(rest, kind="list"), given.wishes(hits), bool(hits))
        clock.lap("evidence")
        # "What did Dana write" is asked of her mail alone, "how much did Dana want" of all.
        if found.answers or (scope == named and not rest.stems and asked.kind not in ("money", "number")):
            break
    assert found is not None
    if not found.answers and not conditions and (better := _spelt(store, question)):
        second = answer(
            store, embedder, generator, better, settings=settings, on_text=on_text, extract=extract
        )
        if second.found:
            return replace(second, question=question, notes=(f"read as: {better}", *second.notes))
    elsewhere = named and not scope and line == question  # passages name the year that is written out
    notes = [f"nothing {described(named)} answers this; other documents do"] if elsewhere else []
    return _reply(question, found, generator, settings, on_text, extract, clock, notes)


def _spelt(store: Store, question: str) -> str:
    """The question with its slips mended, "" where it has none that is beyond doubt: what is written like a name may
    be one that the files do not know."""
    from gemmasearch.retrieval.around import did_you_mean  # seldom needed

    better = did_you_mean(store, question)
    pairs = [(a, b) for a, b in zip(question.split(), better.split(), strict=False) if a != b]
    asked = understand(question)
    known = {word for stem, word in asked.surface.items() if synonyms.known(stem, asked.language)}
    slips = (len(a) >= _LONG and a.islower() and a.strip("?!.,;:") not in known for a, _ in pairs)
    return better if all(slips) else ""


def passages(
    store: Store, embedder: Embedder | None, question: str, conditions: Sequence[Condition] = ()
) -> list[Hit]:
    """Those that are read for evidence: also where the search itself would say that nothing is relevant."""
    return retrieval.search(
        store, embedder, question, limit=HITS, per_document=3, conditions=conditions, judged=False
    )


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
    clock = Clock()
    asked = understand(question)
    hits = given.passages(text, name)
    found = _Found.among(hits, asked, Weights(), embedder)
    if (both := halves.of(asked)) and hits:
        found = found.with_halves(hits, *both, Weights(), embedder)
    if asked.kind == "summary" and hits:
        found = _Found(asked, tuple(given.gist(hits, SHOWN)), True)
    clock.lap("evidence")
    answered = _reply(question, found, generator, settings, on_text, extract, clock)
    return answered if answered.found else replace(answered, text=NOT_IN_TEXT)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search brought: the evidence, best first, and whether it answers."""

    question: Question
    evidence: tuple[Evidence, ...]
    answers: bool
    # What an answer in the sources' own words is made of, where that is settled.
    told: tuple[Evidence, ...] = ()
    settled: bool = False  # no generator may choose some of it
    notes: tuple[str, ...] = ()

    @classmethod
    def among(
        cls, hits: Sequence[Hit], asked: Question, weights: Weights, embedder: Embedder | None
    ) -> _Found:
        if attached.asks(asked) and (names := attached.named(asked, hits)):
            return cls(asked, tuple(names[:SHOWN]), True, tuple(names[:1]), settled=True)
        ranked = evidence.rank(asked, hits, weights, embedder)
        space = embedder.space.name if embedder is not None else ""
        likely = refusal.chance(asked, ranked, space, weights)
        # What speaks of the year that is asked about is told alone.
        if any(refusal.of_other_year(asked, c) for c in ranked[:SHOWN]):
            ranked = [c for c in ranked if not refusal.of_other_year(asked, c)] or ranked
        if asked.asks_colour:
            ranked = sorted(ranked, key=lambda c: not evidence.coloured(c))
        ranked = newest.first(asked, others.without(asked, ranked) or ranked)
        if extremes.asks(asked) and (ends := extremes.first(asked, ranked)):
            shown = tuple(evidence.select(asked, ends, SHOWN))
            return cls(asked, shown, likely >= 0.5 or refusal.says_all(ends[0], by_itself=False), shown[:1])
        if extremes.is_any(asked, ranked):
            likely = 0.0
        if taken := chosen.first(asked, ranked):
            shown = tuple(evidence.select(asked, taken, SHOWN))
            return cls(asked, shown, likely >= 0.5, shown[:1])
        shown = tuple(evidence.select(asked, ranked, SHOWN))
        if listing.asks(asked) and listing.enough(told := listing.items(asked, ranked)):
            longer = (listing.LONGER,) if len(told) > listing.MOST else ()
            every = {(e.hit.chunk_id, e.text): e for e in (*told[: listing.MOST], *shown)}
            return cls(asked, tuple(every.values()), True, tuple(told[: listing.MOST]), True, longer)
        if likely >= 0.5 and (change := newest.changed(asked, ranked)) is not None:
            pair = (*evidence.select(asked, [change]), shown[0])
            shown = tuple({(e.hit.chunk_id, e.text): e for e in (*pair, *shown)}.values())[:SHOWN]
            return cls(asked, shown, True, pair, True, (MAY_BE_NEWER,))
        # Beside what was so stands what is so now: a generator would choose one of them.
        return cls(asked, shown, likely >= 0.5, shown[:1] * former.asks(asked), former.asks(asked))

    def with_halves(
        self, hits: Sequence[Hit], one: Question, other: Question, weights: Weights, embedder: Embedder | None
    ) -> _Found:
        """The same with a sentence for each of the two questions that it holds, if one document answers both: half
        an answer is none, and what another document says may be about something else."""
        first = _Found.among(hits, one, weights, embedder)
        if not first.answers or not first.evidence:
            return self.saying_what_lacks(one, other)
        same = [hit for hit in hits if hit.document_id == first.evidence[0].hit.document_id]
        for reading in halves.readings(one, other):
            second = _Found.among(same, reading, weights, embedder)
            item = halves.of_the_second(other, second.evidence, first.evidence[0]) if second.answers else None
            if item is not None:
                told = (first.evidence[0], item)
                every = {(e.hit.chunk_id, e.text): e for e in (*told, *self.evidence)}
                return _Found(self.question, tuple(every.values())[:SHOWN], True, told)
        return self.saying_what_lacks(one, other)

    def saying_what_lacks(self, one: Question, other: Question) -> _Found:
        """The same with a remark on the half of the question that the answer leaves open."""
        if not self.answers or not self.evidence:
            return self
        told = self.told or extract_from(self.question, self.evidence)
        open_ = [half for half, rest in ((one, other), (other, one)) if halves.untold(half, rest, told)]
        if len(open_) != 1:
            return self
        return replace(self, told=tuple(told), notes=(*self.notes, f"{HALF}: {open_[0].text}"))


def _reply(
    question: str,
    found: _Found,
    generator: Generator | None,
    settings: Settings,
    on_text: OnText | None,
    extract: bool,
    clock: Clock,
    remarks: Sequence[str] = (),
) -> Answer:
    if not found.answers or not found.evidence:
        near = tuple(item for item in found.evidence if not _says_nothing_alone(found.question, item))
        return _done(Answer(question, REFUSAL, evidence=near or found.evidence, found=False), clock)
    draft = Draft(found.question, on_text)
    notes = [*remarks, *found.notes]
    if found.settled:
        unlike: Sequence[Evidence] = found.told  # no generator: it would choose one of them, or mix them
    elif unlike := differing.pair(found.question, found.evidence):
        dates = {item.hit.date for item in unlike}
        # A generator would choose one of them, or mix them.
        notes.append(NEWEST_FIRST if None not in dates and len(dates) > 1 else DIFFER)
    elif generator is not None and not extract:
        generate(draft, found.evidence, generator, settings, clock)
        if not draft.sentences:
            notes.append(NOTHING_HELD)
    elif not extract and settings.generator != "none":
        notes.append(NO_GENERATOR)
    by = generator.name if generator is not None and draft.sentences else ""
    if not draft.sentences:
        told: list[str] = []
        for item in unlike or found.told or extract_from(found.question, found.evidence):
            whole = reference.whole(found.question, item)
            if any(whole.startswith(shown) for shown in told):
                whole = item.text  # what it points back to has just been quoted
            if any(item.text in shown for shown in told):
                continue
            told.append(whole)
            quote = printable(whole)
            draft.add(f"“{_BULLET.sub('', quote)}”", [(item.hit, item.text)], 1.0)
    notes += [
        f"source [{c.number}] holds text that reads like instructions to a program; it was not followed"
        for c in draft.citations
        if hostile.instructs(c.hit.text)
    ]
    return _done(draft.answer(question, found.evidence, by, tuple(notes)), clock)


def _says_nothing_alone(question: Question, item: Evidence) -> bool:
    """Whether a sentence points back and shares no word with the question: "She says 27" tells a reader nothing."""
    said = words.stems(item.text, item.hit.language)
    return reference.points_back(item.text, item.hit.language) and set(question.stems).isdisjoint(said)


def _in_other_words(store: Store, question: Question) -> str:
    """Words for what the question says in words that no file holds: defense, where it is asked when I defend. ""
    where there are none."""
    held = store.document_frequency(question.stems)
    lacking = [stem for stem in question.stems if not held[stem]]
    return " ".join(word for stem in lacking for word in synonyms.written(stem, question.language))


def rarity(store: Store, question: Question) -> Weights:
    """How rare the question's words are in the index, each with those that say the same."""
    said = {stem: (stem, *synonyms.of(stem, question.language)) for stem in question.stems}
    known = store.document_frequency(dict.fromkeys(each for group in said.values() for each in group))
    most = {stem: sum(known[each] for each in group) for stem, group in said.items()}
    return Weights(store.chunk_count(), most)


def extract_from(question: Question, found: Sequence[Evidence]) -> list[Evidence]:
    """One sentence, or two where the second, of the same document if there is one, is nearly as good and says of the
    question what the first does not; of a list or a summary, what is nearly as good."""
    first, *rest = found
    if _SUM.search(question.text) and (parts := _to_be_added(question, first, rest)):
        return [first, *parts]
    if question.kind in ("list", "summary"):
        near = [item for item in rest[: MOST_LISTED - 1] if item.score >= 0.75 * first.score]
        return sorted(
            [first, *near], key=lambda e: (e.hit.chunk_id != first.hit.chunk_id, e.hit.text.find(e.text))
        )
    asked = set(question.stems)
    told = asked & set(words.stems(first.text))
    # The value of one letter does not belong to the date of another.
    for item in sorted(rest[:2], key=lambda e: e.hit.document_id != first.hit.document_id):
        if len(item.text.split()) < 4 or item.text in (item.hit.title, *item.hit.headings):
            continue  # a heading or a label
        if question.kind in ("when", "number", "money") and item.hit.document_id != first.hit.document_id:
            continue
        more = (asked & set(words.stems(item.text))) - told
        if item.score >= 0.85 * first.score and more:
            return [first, item]
    return [first]


def _to_be_added(question: Question, first: Evidence, rest: Sequence[Evidence]) -> list[Evidence]:
    """What else of the same document holds a part of a sum that is asked for: the train, where the hotel is told."""
    asked = set(question.stems)
    told = asked & set(words.stems(first.text))
    parts = []
    for item in rest:
        more = (asked & set(words.stems(item.text))) - told
        if more and item.span and item.hit.document_id == first.hit.document_id:
            parts.append(item)
            told |= more
    return parts


def _done(answer: Answer, clock: Clock) -> Answer:
    return replace(answer, timings={**clock.laps, "total": time.perf_counter() - clock.started})
