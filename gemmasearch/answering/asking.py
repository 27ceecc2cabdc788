"""The journey of ``ask``: hits -> evidence -> generated sentences that pass the check, or the evidence itself."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gemmasearch import light, retrieval
from gemmasearch.answering import (
    differing,
    entries,
    given,
    halves,
    hostile,
    listing,
    markup,
    reference,
    replies,
    rows,
    steps,
    surroundings,
    synonyms,
    words,
)
from gemmasearch.answering.candidates import Weights
from gemmasearch.answering.casing import as_named
from gemmasearch.answering.drafting import REFUSAL, Clock, Draft, OnText, generate, printable
from gemmasearch.answering.found import SHOWN, Found, extract_from
from gemmasearch.answering.question import Question, spelt_out, understand
from gemmasearch.answering.scope import as_written, asks_when_written, beyond, dated, described, scopes_of
from gemmasearch.documents import Answer, Condition, Evidence, Hit
from gemmasearch.light import dataclass
from gemmasearch.models.once import Once
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models import Embedder, Generator
    from gemmasearch.store import Store

HITS = 12  # passages that are read for evidence
_LONG = 5  # letters of a word of which another spelling is a slip and no other word
NO_GENERATOR = "no generator at hand, so these are the sources' own words; `gsearch models pull` gets one"
DIFFER = "the sources differ"
NEWEST_FIRST = f"{DIFFER}; the newest comes first"
NEWEST_MESSAGE = "the newest message; there are others"
NOT_IN_TEXT = "Nothing in the text answers this."
NOTHING_HELD = "the generator said nothing that the sources support; these are the sources' own words"
# Asked so, a file that came with a mail is part of the answer.
_SENT = light.pattern(
    r"\b(?:sen[dt]|attach\w*|enclos\w*|geschickt|schickte|anhang|angehängt|envoy\w+|joint\w*|envi[óo]|adjunt\w+)\b",
    re.I,
)
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
    once = Once(embedder) if embedder is not None else None
    plain = spelt_out(question)
    search = _Search(store, once, plain, entries.dated(dated(plain)), tuple(conditions), clock)
    found, notes = search.best()
    if not found.answers and not conditions and (better := _spelt(store, question)):
        second = answer(store, once, generator, better, settings=settings, on_text=on_text, extract=extract)
        if second.found:
            return replace(second, question=question, notes=(f"read as: {better}", *second.notes))
    return _Reply(question, found, clock, notes).made(_Writer(generator, settings, on_text, extract))


@dataclass(frozen=True, slots=True)
class _Search:
    """A question as it is put to the index: within the senders and times that it names, else in all of it."""

    store: Store
    embedder: Embedder | None
    question: str
    line: str  # with the number of a year, or the day, that counts from today
    conditions: tuple[Condition, ...]
    clock: Clock

    def best(self) -> tuple[Found, list[str]]:
        """What the first scope brings that answers, and what there is to say of it."""
        parsed = retrieval.parse(self.line)
        asked = understand(parsed.text)
        if entries.asks(asked):
            return self._of_day(asked), []
        if week := entries.week(self.question):
            return self._dated(asked, week), []
        found = None
        *scopes, named = scopes_of(as_written(self.question, self._writes))
        # A scope is a guess: without an answer it is given up.
        for scope in dict.fromkeys((*scopes, named, ())):
            rest = beyond(asked, scope)
            if rest.stems or not (scope or parsed.conditions):
                found = self._within(scope, asked, rest)
            else:  # "what did Dana write in March", or filters alone: the newest of it
                found = self._newest((*self.conditions, *scope, *parsed.conditions), rest)
            self.clock.lap("evidence")
            # "What did Dana write" is asked of her mail alone, "how much did Dana want" of all.
            if found.answers or (scope == named and not rest.stems and asked.kind not in ("money", "number")):
                break
        assert found is not None
        # Passages name the year that is written out.
        elsewhere = named and not scope and self.line == self.question
        return found, [f"nothing {described(named)} answers this; other documents do"] if elsewhere else []

    def _of_day(self, asked: Question) -> Found:
        """The entries of a day, else what came or was due on it. The day of a file says nothing of its text."""
        day = entries.span(asked)
        if entries.of_mail(asked):
            return self._dated(asked, day)
        found = self._within((), asked, asked)
        if found.answers or not day:
            return found
        dated = self._dated(asked, day)
        return dated if dated.answers else found

    def _dated(self, asked: Question, when: Sequence[Condition]) -> Found:
        """What is dated then, in its order."""
        own = retrieval.parse(self.line).conditions
        where = (*self.conditions, *own, *entries.of_mail(asked), *when)
        hits = retrieval.search(self.store, None, "", limit=HITS, conditions=where)
        self.clock.lap("search")
        hits.sort(key=lambda hit: hit.date or 0.0)
        told = [item for hit in hits for item in (entries.of_event(hit) or given.wishes([hit]))]
        return Found.of_entries(asked, told)

    def _writes(self, name: str) -> bool:
        return bool(self.store.listing((Condition("from", "has", name),), 1))

    def _within(self, scope: tuple[Condition, ...], asked: Question, rest: Question) -> Found:
        hits = self._passages(rest, (*self.conditions, *scope))
        self.clock.lap("search")
        if (named := as_named(asked.text, hits)) != asked.text:
            asked = understand(named)
            rest = beyond(asked, scope)
        weights = rarity(self.store, asked)
        found = Found.among(hits, rest, weights, self.embedder)
        if (both := halves.of(asked)) and hits:
            one, other = (beyond(half, scope) for half in both)
            found = found.with_halves(hits, one, other, weights, self.embedder)
        return found if scope else replies.with_later(self.store, rest, found, weights)

    def _passages(self, rest: Question, where: Sequence[Condition]) -> list[Hit]:
        hits = passages(self.store, self.embedder, self.line, where)
        if listing.asks_for_tasks(rest):
            hits = [*passages(self.store, None, listing.TASKS, where), *hits]
        if said := _in_other_words(self.store, rest):
            seen = {hit.chunk_id for hit in hits}
            hits += [hit for hit in passages(self.store, None, said, where) if hit.chunk_id not in seen]
        return hits

    def _newest(self, conditions: Sequence[Condition], rest: Question) -> Found:
        hits = retrieval.search(self.store, None, "", limit=2 * SHOWN, conditions=conditions)
        if not _SENT.search(self.question):  # what is attached to a mail was not written by its sender
            hits = [hit for hit in hits if "attached_to" not in hit.meta] or hits
        hits = hits[:SHOWN]
        self.clock.lap("search")
        found = Found(replace(rest, kind="list"), given.wishes(hits), bool(hits))
        if not asks_when_written(self.question):
            return found
        return replace(found, notes=(NEWEST_MESSAGE,) if len(found.evidence) > 1 else ())


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
    hits = given.passages(text, name)
    asked = understand(as_named(question, hits))
    found = Found.among(hits, asked, Weights(), embedder)
    if (both := halves.of(asked)) and hits:
        found = found.with_halves(hits, *both, Weights(), embedder)
    if asked.kind == "summary" and hits:
        found = Found(asked, tuple(given.gist(hits, SHOWN)), True)
    clock.lap("evidence")
    answered = _Reply(question, found, clock, []).made(_Writer(generator, settings, on_text, extract))
    return answered if answered.found else replace(answered, text=NOT_IN_TEXT)


@dataclass(frozen=True, slots=True)
class _Writer:
    """What an answer is written with."""

    generator: Generator | None  # None = the sources' own sentences, as with ``extract``
    settings: Settings
    on_text: OnText | None
    extract: bool


@dataclass(slots=True)
class _Reply:
    """What was found, on its way to be an answer; ``notes`` grow with it."""

    question: str
    found: Found
    clock: Clock
    notes: list[str]

    def made(self, writer: _Writer) -> Answer:
        """In the generator's words where they pass the check, else in the sources' own."""
        found = self.found
        if not found.answers or not found.evidence:
            near = tuple(item for item in found.evidence if not _says_nothing_alone(found.question, item))
            return self._timed(Answer(self.question, REFUSAL, evidence=near or found.evidence, found=False))
        draft = Draft(found.question, writer.on_text)
        self.notes.extend(found.notes)
        unlike = self._unlike()
        if not unlike and not found.settled:
            self._generate(draft, writer)
        by = writer.generator.name if writer.generator is not None and draft.sentences else ""
        if not draft.sentences:
            self._quote(draft, unlike or found.told or extract_from(found.question, found.evidence))
        self.notes.extend(
            f"source [{c.number}] holds text that reads like instructions to a program; it was not followed"
            for c in draft.citations
            if hostile.instructs(c.hit.text)
        )
        return self._timed(draft.answer(self.question, found.evidence, by, tuple(self.notes)))

    def _unlike(self) -> Sequence[Evidence]:
        """What is told as it stands: a generator would choose one of it, or mix it."""
        found = self.found
        if self._wrote(found.evidence[0].hit):
            return found.told[:1] or found.evidence[:1]
        if found.settled:
            return found.told
        if unlike := differing.pair(found.question, found.evidence):
            dates = {item.hit.date for item in unlike}
            self.notes.append(NEWEST_FIRST if None not in dates and len(dates) > 1 else DIFFER)
        return unlike

    def _wrote(self, hit: Hit) -> bool:
        """Whether a passage is of a mail of whom it is asked when they wrote."""
        if hit.kind != "mail" or not asks_when_written(self.question):
            return False
        asked = {token.stem for token in words.tokens(self.question, "en")}
        return not asked.isdisjoint(token.stem for token in words.tokens(hit.sender, "en"))

    def _generate(self, draft: Draft, writer: _Writer) -> None:
        if writer.generator is not None and not writer.extract:
            generate(draft, self.found.evidence, writer.generator, writer.settings, self.clock)
            if not draft.sentences:
                self.notes.append(NOTHING_HELD)
        elif not writer.extract and writer.settings.generator != "none":
            self.notes.append(NO_GENERATOR)

    def _quote(self, draft: Draft, items: Sequence[Evidence]) -> None:
        """Each sentence with what it needs beside it, unless that has just been quoted."""
        told: list[str] = []
        of_steps = steps.asks(self.found.question)
        both = (self.found.question, *(halves.of(self.found.question) or ()))
        asked = {question.kind for question in both}
        for item in items:
            if of_steps and (block := steps.block_of(item)):
                draft.add_block(block, item.hit, item.text)
                continue
            whole = reference.whole(self.found.question, item)
            if any(whole.startswith(shown) for shown in told):
                whole = item.text  # what it points back to has just been quoted
            if any(item.text in shown for shown in told):
                continue
            told.append(whole)
            quote = f"“{_BULLET.sub('', self._read(whole, item.hit))}”"
            label = surroundings.day_beside(item.text, item.hit) if "when" in asked else ""
            if self._wrote(item.hit):
                label = surroundings.sent_on(item.hit) or label
            label = entries.label(self.found.question, item) or label
            label = self._read(label, item.hit) if label else ""
            draft.add(f"{label}: {quote}" if label else quote, [(item.hit, item.text)], 1.0)

    def _read(self, text: str, hit: Hit) -> str:
        """The words of a source as its reader sees them; those of a row behind the names of their columns."""
        addresses = markup.asks_address(self.question)
        cells = rows.told(text, hit)
        if cells is None:
            return printable(markup.as_read(text, hit.path, addresses=addresses))
        shown = (
            [markup.as_read(printable(part), hit.path, addresses=addresses) for part in cell]
            for cell in cells
        )
        return printable(
            rows.APART.join(f"{name.rstrip(' :')}: {cell}" if name else cell for name, cell in shown)
        )

    def _timed(self, answer: Answer) -> Answer:
        total = time.perf_counter() - self.clock.started
        return replace(answer, timings={**self.clock.laps, "total": total})


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
