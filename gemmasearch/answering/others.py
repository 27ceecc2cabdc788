"""Sentences that say what was asked of something else: of another owner, another row of a table, another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from gemmasearch import light
from gemmasearch.answering import (
    awaited,
    bounds,
    deeds,
    former,
    identified,
    kin,
    opinions,
    roles,
    spans,
    subjects,
    synonyms,
    words,
)
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.numbers import months_in
from gemmasearch.answering.question import COUNTED, GATHERED, SEVERAL, Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.surroundings import RECORDS, head_name
from gemmasearch.answering.years import of_other_month

_DETERMINER = (
    r"(?:the|this|that|a|an|my|our|your|his|her|their|dem|den|der|des|die|das|einem|einer|meine[mnrs]?|unsere[mnrs]?|le|la"
    r"|les|l(?=['’])|un|une|mon|ma|mes|notre|el|los|las|una|mi|mis|nuestr[ao]s?)"
)
_WHOSE = r"(?P<owner>[^\W\d_][\w-]*(?:[ ][^\W\d_][\w-]*)?)"
_OWNED = (
    re.compile(
        rf"(?P<thing>[^\W\d_][\w-]*)[ ](?:(?:of|for|von|vom|für|du|de|pour|del|para)[ ]|d['’])"
        rf"(?:{_DETERMINER}\b[ '’])?{_WHOSE}",
        re.I,
    ),
    re.compile(rf"(?P<thing>[^\W\d_][\w-]*)[ ](?:des|der)[ ]{_WHOSE}"),
    re.compile(rf"\b{_WHOSE}(?:['’]s|(?<=s)['’])[ ](?P<thing>[^\W\d_][\w-]*)"),
    re.compile(rf"\b{_WHOSE}(?:['’]s|(?<=s)['’])[ ][^\W\d_][\w-]*[ ](?P<thing>[^\W\d_][\w-]{{2,}})"),
)
_BELONGS = light.pattern(rf"\b({words.CAPITAL}[^\W\d_]+)['’]s (\w+)")
# "building C", "freezer F2", "class 7b", "strain YK-130": one of several of a kind.
_UNIT = light.pattern(r"[^\W\d_]{3,}[ ]([A-HJ-Z]|[A-Z]{1,4}-?\d{1,5}|\d{1,2}[a-z])(?![\w'’-])")
# The verb of who did something, in the active voice.
_WHO_DID = light.pattern(
    r"\W*who (?:has |had |have )?(?!(?:is|are|was|were|am|been|has|have|had|does|did|do|can|will|would)\b)([a-z]+)\b"
    r"|\W*wer (?:hat|hatte|haben)\b.* (\w+)\W*$|\W*qui a (\w+)\b|\W*quién (?:ha )?(\w+)\b",
    re.I,
)
_WHO_HAS = light.pattern(
    r"\W*who (?:has|had|keeps|kept|holds|owns) (?:the|an?|my|our|your|his|her|their) ([a-z]+)\b", re.I
)
_PASSIVE = light.pattern(
    r"\b(?:(?:was|were|been|got) (?:\w+ly )?\w+[dnt]|wurden?|worden|(?:a|ont|avait) été|fue(?:ron)?|sido)\b",
    re.I,
)
_PARTICIPLE = light.pattern(r"(?:ed|en|t|wn|ne)$")
_NO_OBJECT = light.pattern(r"\s*(?:(?:in|on|at|since|until|again|with|before)\b|\d|[.,;:)|]|$)", re.I)
_WISH = light.pattern(
    r"\b(?:wants?|wanted|wish\w*|would|like|likes|plans?|planned|hopes?|hoped|intend\w*|going|will|may|might|could|can"
    r"|should|not|never|didn['’]t|wasn['’]t|won['’]t|möchten?|will|wollen|wollten?|würden?|könnten?|nicht|kein\w*"
    r"|veut|voulait|voudrait|aimerait|pas|jamais|quiere|quería|querría|gustaría|nunca)\b[^.,;:!?]*$",
    re.I,
)
_WISHED_BEFORE = 30  # characters
_BY = light.pattern(r"\b(?:by|von|vom|durch|par|por)\b", re.I)
# Of these one is of what it is said to be, nobody's: "a type of reduction", "the term for it".
_KINDS = words.listed(
    "type types kind kinds sort sorts form forms part parts term terms word words art arten form formen teil teile"
    " begriff wort sorte sorten type types sorte sortes genre partie terme mot tipo tipos clase parte termino palabra"
)
# A role stands for a name: "by the plumber", "our neighbour did it".
_ROLE = light.pattern(
    r"\b(?:(?:by|from) (?:the|an?)|my|our|his|her|their|von (?:dem|der|einem|einer)|vom|mein\w*"
    r"|unser\w*|par (?:l[ea]|une?)|mon|ma|notre"
    r"|por (?:el|la|une?)|mi|nuestr[oa]) ['’]?[^\W\d_]{3,}",
    re.I,
)
_OPEN_TASK = light.pattern(r"\W*\[ \]|\W*(?:TODO|NEXT|WAIT(?:ING)?|HOLD)\b")
_ASKS_WHAT_WAS_DONE = light.pattern(
    r"^(?!.*\b(?:say|said|agree\w*|plan\w*|want\w*|promis\w*|decide\w*|suppose\w*|due)\b)"
    r"\W*(?:who (?!is\b|are\b|will\b|does\b|should\b|must\b|can\b|wants?\b)|(?:when|where|why|how much|how many|what)"
    r" (?:did|was|were|has|have|had)\b)",
    re.I | re.S,
)
_LABELLED = light.pattern(r"[^\W\d_][\w /()-]{0,40}:[ \t]")
_OF_MODIFIED = light.pattern(
    r"\b([a-z]{3,}) (?:of|for|to) (?:the|my|our|your|his|her|their) ([a-z]{3,}) ([a-z]{3,})\b", re.I
)
_OVER = light.pattern(r"over|above|more than|from|at least|über|ab|mehr als|plus de|más de", re.I)
_BOUND = light.pattern(
    r"\b(over|above|more than|from|at least|under|below|up to|less than|at most|until|über|ab|mehr als|unter"
    r"|bis(?: zu)?|weniger als|plus de|moins de|jusqu['’]à|más de|menos de|hasta) (\d+)\b",
    re.I,
)
_HOW_MANY_OF = light.pattern(
    r"\W*how many (lit(?:er|re)s|kilos|kilograms|grams|kilomet(?:er|re)s|miles|met(?:er|re)s|tons|tonnes)\b",
    re.I,
)
_UNITS = tuple(
    re.compile(rf"(?<![^\W\d_])(?:{unit})(?![^\W\d_])", re.I)
    for unit in (
        r"lit(?:er|re)s?|l", r"kilos?|kilograms?|kg", r"grams?|g", r"kilomet(?:er|re)s?|km", r"miles?|mi",
        r"met(?:er|re)s?|m", r"tons?|tonnes?|t",
    )
)  # fmt: skip
_TELLING = 2  # words beside the deed of which a text that tells it in words of its own must hold all
_AMONG = 12  # best candidates of which one may come first
_MANY = 4  # words of a question beside the deed
_MOST = 0.6  # of which so many must be told
_SHORTEST = 4  # letters of a word that a compound may hold
_PARTS = light.pattern(r"\d+|[^\W\d_]+")


_QUESTION = light.pattern(
    r"\W*(?:(?:q|f|question|frage)\W+)?(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|has"
    r"|have|should|must|could|would|will|shall|may|might|wer|wen|wem|was|welche[rnms]?|wann|wo|warum|wieso|wie|ist|sind|hat|haben|kann|muss|qui|que|quel\w*"
    r"|quand|où|pourquoi|comment|combien|est-ce|quién|qué|cuál\w*|cuándo|dónde|cómo|cuánt\w+)\b",
    re.I,
)
_ASKED_BY = light.pattern(
    r"\b(?:ask\w*|want\w*|question\w*|wonder\w*|frag\w*|gefragt|will|wollte|demand\w*|veut|voulait|pregunt\w*|quiere)\b",
    re.I,
)
_HEADING = light.pattern(r"^(#{1,6}|\*{1,8})[ \t]+(\S.*)$", re.M)

_TELLING_OF_THIS = (
    bounds,
    deeds,
    former,
    identified,
    kin,
    opinions,
    roles,
    subjects,
)  # each takes out what tells of something else


class Owned(NamedTuple):
    thing: str  # stem
    owner: frozenset[str]  # stems
    name: bool  # the owner is written like a name


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is about something else, and without the head of a table of which no row is left."""
    dropped = {id(c) for c in ranked if of_another(question, c)}
    dropped |= _of_other_sections(question, ranked) | _beside_their_rows(question, ranked)
    dropped |= _beside_their_items(question, ranked) | coded_beside(question, ranked)
    kept_by = [telling.without(question, ranked) for telling in _TELLING_OF_THIS]
    if question.kind == "who" and (named := with_doer(question, ranked)):
        kept_by.append(named)
    every = {id(c) for c in ranked}
    for left in kept_by:
        dropped |= every - {id(c) for c in left}
    if not dropped:
        return list(ranked)
    kept = [c for c in ranked if id(c) not in dropped]
    rows = {c.hit.chunk_id for c in kept if c.is_row}
    emptied = {c.hit.chunk_id for c in ranked if id(c) in dropped and c.is_row} - rows
    return [c for c in kept if not (c.is_head and c.hit.chunk_id in emptied)]


def of_another(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence is about something else than what was asked about, of which it says the same."""
    return (
        _of_another_row(question, candidate)
        or _of_another_owner(question, candidate)
        or _of_another_unit(question, candidate)
        or _has_no_place(question, candidate)
        or _asks_the_same(question, candidate)
        or _is_still_to_do(question, candidate)
        or of_other_month(question, candidate)
        or _in_other_units(question, candidate)
        or _of_another_modified(question, candidate)
        or _of_who_comes_later(question, candidate)
        or _beyond_the_bound(question, candidate)
        or (question.asks_case and question.denies and not words.denies(candidate.text))
    )


def with_doer(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what says only that something was done, where who did it is asked ("who stole the bicycle":
    it was stolen); [] where nothing else speaks of the deed."""
    asked = _WHO_DID.match(question.text)
    did = words.stems(next(filter(None, asked.groups())), question.language) if asked else []
    if not did:
        return list(ranked)
    telling = [c for c in ranked if did[0] in c.held or points_back(c.text, c.language)]
    silent = {
        id(c)
        for c in telling
        if (_is_done(did[0], c) and not _BY.search(c.text) and not synonyms.SOLD_TO.search(c.text))
        or _only_wished(did[0], c)
    }
    if silent and len(silent) == len(telling):
        return []
    return [c for c in ranked if id(c) not in silent]


def _is_done(did: str, candidate: Candidate) -> bool:
    """Whether a sentence says in the passive that something was done, in English also without a verb ("hull repaired
    in 2025")."""
    text = candidate.text
    if _PASSIVE.search(text) is not None:
        return True
    return candidate.language == "en" and any(
        token.stem == did and _PARTICIPLE.search(token.text) and _NO_OBJECT.match(text, token.end)
        for token in words.tokens(text, candidate.language)
    )


def _only_wished(did: str, candidate: Candidate) -> bool:
    """Whether a sentence says only that somebody wants to do it, may do it or did not do it."""
    same = synonyms.of(did, candidate.language) | {did}
    told = [t.start for t in words.tokens(candidate.text, candidate.language) if t.stem in same]
    before = [candidate.text[max(0, at - _WISHED_BEFORE) : at] for at in told]
    return bool(told) and all(_WISH.search(text) for text in before)


def _did(question: Question) -> str:
    """The stem of the deed of which it is asked who did it, or of what it is asked who has it; "" = none."""
    asked = _WHO_HAS.match(question.text) or _WHO_DID.match(question.text)
    did = next(iter(words.stems(next(filter(None, asked.groups())), question.language)), "") if asked else ""
    return did if did in question.stems and did not in question.everyday else ""


def names_doer(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether any of ``near`` says who did what is asked about: it names somebody, and tells the deed, or all else
    that the question holds where it tells the deed in words of its own. True where no deed is asked for."""
    did = _did(question)
    return not did or any(_names_doer(question, did, c) for c in near)


def _names_doer(question: Question, did: str, candidate: Candidate) -> bool:
    rest = awaited.topic(question) - {did}
    said = candidate.held | candidate.about
    if not deeds.told(did, candidate):
        most = (
            _MOST if len(rest) >= _MANY else 1.0
        )  # of a long question a text says more than the verb in other words
        few = len(rest) < _TELLING or candidate.is_row or _WHO_HAS.match(question.text) is not None
        if few or not candidate.features["kind"] or _WISH.search(candidate.text.rstrip(" .!")):
            return False
        return len(rest & candidate.held) >= most * len(rest)
    if points_back(candidate.text, candidate.language) or speaks_of_somebody(candidate.text):
        return True
    beside = candidate.context if candidate.is_row or candidate.unit.kind == "sentence" else said
    named = candidate.features["kind"] or _ROLE.search(candidate.text) is not None
    if (
        len(rest) < _MANY
        and candidate.unit.kind != "sentence"
        and not rest - question.everyday <= _in_passage(candidate)
    ):
        return False
    return bool(named) and (not rest or not rest.isdisjoint(said | beside))


def _in_passage(candidate: Candidate) -> Set[str]:
    """The stems of a passage with all that stands above it."""
    hit = candidate.hit
    above = " ".join((hit.title, *hit.headings, hit.text))
    return candidate.spoken | set(words.stems(above, candidate.language))


def doer_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by what says who did what is asked about."""
    did = _did(question)
    if not did:
        return list(ranked)
    near = sorted(ranked[:_AMONG], key=lambda c: not _names_doer(question, did, c))
    return [*near, *ranked[_AMONG:]]


def _of_who_comes_later(question: Question, candidate: Candidate) -> bool:
    """Whether an amount stands before the first mention of whom the question names, and under no other: what is said
    of the next insurer is not said yet."""
    if (
        question.kind not in ("money", "number")
        or question.language == "de"
        or candidate.unit.kind != "sentence"
    ):
        return False
    names = [question.surface[stem] for stem in question.names if question.surface[stem].isalpha()]
    names = [name for name in names if not months_in(name.title())]
    hit, unit = candidate.hit, candidate.unit
    if not names or hit.kind != "note" or not candidate.features["kind"] or _LABELLED.match(candidate.text):
        return False
    if not set(question.names).isdisjoint(candidate.held | candidate.about):
        return False
    said = words.fold(hit.text)
    first = [at for name in names if (at := said.find(words.fold(name))) >= 0]
    return bool(first) and min(first) >= unit.end


def _in_other_units(question: Question, candidate: Candidate) -> bool:
    """Whether no litre is spoken of where it is asked how many litres; the columns of a table may do so."""
    asked = _HOW_MANY_OF.match(question.text)
    if asked is None or candidate.is_row or candidate.language != "en":
        return False
    unit = next(unit for unit in _UNITS if unit.fullmatch(asked[1]))
    return unit.search(candidate.text) is None


def _of_another_modified(question: Question, candidate: Candidate) -> bool:
    """ "The key for the helium room", where that of the clean room was asked for."""
    wanted = _OF_MODIFIED.search(question.text)
    if wanted is None or question.language != "en":
        return False
    thing, which, head = (next(iter(words.stems(part, "en")), "") for part in wanted.groups())
    if not which or which in candidate.held | candidate.about:
        return False
    for told in _OF_MODIFIED.finditer(candidate.text):
        said = [next(iter(words.stems(part, "en")), "") for part in told.groups()]
        if said[0] == thing and said[2] == head and said[1] not in question.stems:
            return True
    return False


def _beyond_the_bound(question: Question, candidate: Candidate) -> bool:
    """Whether a row is of what goes up to a number, where what is over it is asked for."""
    if not candidate.is_row:
        return False
    asked, told = (
        {(m[2], bool(_OVER.fullmatch(m[1]))) for m in _BOUND.finditer(t)}
        for t in (question.text, candidate.text)
    )
    return any((number, not over) in told for number, over in asked) and asked.isdisjoint(told)


def _is_still_to_do(question: Question, candidate: Candidate) -> bool:
    """Whether it is a task that is not ticked off, where it is asked what was done."""
    return bool(_OPEN_TASK.match(candidate.text) and _ASKS_WHAT_WAS_DONE.match(question.text))


def _asks_the_same(question: Question, candidate: Candidate) -> bool:
    """Whether it is itself a question, and so no answer but to what somebody asked."""
    return (
        candidate.text.endswith("?")
        and _QUESTION.match(candidate.text) is not None
        and _ASKED_BY.search(question.text) is None
    )


def _has_no_place(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names somebody of whom it is asked where he does something, and tells neither that nor a
    place: where Pavel works is not said by a table in which he signs."""
    if question.kind != "where" or not question.names or candidate.hit.kind in RECORDS:
        return False
    told = set(question.stems) - set(question.names) - question.everyday
    if not told or not told.isdisjoint(candidate.held | candidate.about):
        return False
    label, colon, _ = candidate.text.partition(": ")  # "Pavel: Brno office" may
    if colon and set(words.stems(label, question.language)) & set(question.names):
        return False
    return not spans.placed(candidate.text) and not points_back(candidate.text, candidate.language)


def _of_another_row(question: Question, candidate: Candidate) -> bool:
    """A row of which no cell holds a word of the question, where the head of its table, its title and its headings do
    not hold all of them: "the serial number of the oven" is not that of any row."""
    if not candidate.is_row or question.kind in GATHERED:
        return False
    asked = awaited.topic(question)
    if asked.isdisjoint(candidate.held) and not asked <= candidate.context:
        return True
    things = asked - set(question.names)  # a row of Greta's says nothing of her becoming chair
    by_name = not asked.isdisjoint(set(question.names) & candidate.held)
    columns = candidate.context | candidate.about
    return (
        by_name and question.kind in COUNTED and bool(things) and things.isdisjoint(candidate.held | columns)
    )


def _beside_their_rows(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Rows that lack a word of the question which another row of their table holds: of "the taxi in Jena" neither the
    taxi in Lyon nor the hotel in Jena tells the price."""
    if question.kind in (*GATHERED, "yesno") or SEVERAL.search(question.text):
        return set()
    asked = awaited.topic(question)
    rows = [c for c in ranked if c.is_row]
    beside: dict[int, set[str]] = {}  # document -> of these words, those that any of its rows holds
    for row in rows:
        beside.setdefault(row.hit.document_id, set()).update(asked & row.held)
    found = set()
    for row in rows:
        holds = asked & row.held
        lacks = asked - row.held - row.about
        if holds and len(holds) <= len(lacks) and not lacks.isdisjoint(beside[row.hit.document_id]):
            found.add(id(row))
    return found


def _beside_their_items(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Items of a list, or lines with labels, each of which begins with a name, where one of them begins with the name
    that the question holds: of Rory's shoe size nothing is said by the item that begins with Isla."""
    names = set(question.names)
    if not names or question.kind in (*GATHERED, "yesno") or SEVERAL.search(question.text):
        return set()
    heads = {id(c): head_name(c.unit, c.text, c.language) for c in ranked}
    lists = {(c.hit.chunk_id, c.unit.kind) for c in ranked if not names.isdisjoint(heads[id(c)])}
    return {
        id(c)
        for c in ranked
        if heads[id(c)] and (c.hit.chunk_id, c.unit.kind) in lists and names.isdisjoint(c.held | c.about)
    }


def coded_beside(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """Sentences with a code that name somebody else than the question does, where another sentence of their passage
    names whom it asks about: the policy number of one insurer is not that of the other on the next line."""
    names = set(question.names) - question.everyday
    if not question.asks_code or not names:
        return set()
    naming = {c.hit.chunk_id for c in ranked if not names.isdisjoint(c.held)}
    return {
        id(c)
        for c in ranked
        if c.hit.chunk_id in naming
        and c.features["kind"]
        and names.isdisjoint(c.held | c.about)
        and c.hit.kind not in RECORDS
        and not points_back(c.text, c.language)
        and any(
            span.start > 0 and not any(map(str.isdigit, c.text[span.start : span.end]))
            for span in spans.names(c.text)
        )
    }


def _of_other_sections(question: Question, ranked: Sequence[Candidate]) -> set[int]:
    """What stands in another section than the one that the question names, where a note has one of each: below "Nora"
    is not Leon's blood group."""
    if question.kind in GATHERED:
        return set()
    asked = set(question.stems) - question.everyday
    sections = {id(c): _sections(c) for c in ranked}
    named = {
        (c.hit.document_id, depth, heading)
        for c in ranked
        for depth, heading in sections[id(c)].items()
        if heading and heading <= asked
    }
    return {
        id(c)
        for c in ranked
        for document, depth, heading in named
        if document == c.hit.document_id
        and depth in (own := sections[id(c)])
        and all(asked.isdisjoint(stems) for at, stems in own.items() if at >= depth)
        and heading.isdisjoint(c.held)
    }


def _sections(candidate: Candidate) -> Mapping[int, frozenset[str]]:
    """The stems of the headings above a sentence, by their depth."""
    hit = candidate.hit
    above = dict(enumerate(hit.headings, 1))
    for match in _HEADING.finditer(hit.text, 0, candidate.unit.start):
        depth = len(match[1])
        above = {at: heading for at, heading in above.items() if at < depth} | {depth: match[2]}
    return {at: frozenset(words.stems(heading, candidate.language)) for at, heading in above.items()}


def _of_another_owner(question: Question, candidate: Candidate) -> bool:
    """ "The contract of Salome", where that of Mireille was asked for."""
    asked = set(question.stems)
    # "Nora's runs out in May, Leon's in June" says nothing of Owen's passport.
    if (mine := _BELONGS.search(question.text)) and (others := _BELONGS.findall(candidate.text)):
        owner, thing = (set(words.stems(said, question.language)) for said in mine.groups())
        slips = words.spelt_like(mine[1], (name for name, _ in others))  # Celeron's, Celoron's
        if owner.isdisjoint(candidate.held | candidate.about) and thing & candidate.held and not slips:
            return True
    for wanted in _owned(question.text, question.language):
        spoken = candidate.held | (candidate.about if wanted.name else candidate.context)
        if not wanted.owner or any(_alike(stem, said) for stem in wanted.owner for said in spoken):
            continue
        for told in _owned(candidate.text, candidate.language):
            if (
                told.thing == wanted.thing
                and told.owner
                and asked.isdisjoint(told.owner)
                and told.name >= wanted.name
            ):
                return True
    return False


def _alike(one: str, other: str) -> bool:
    """Whether two stems may be the same word in another form or a compound of it."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _SHORTEST and short in long)


@lru_cache(maxsize=256)
def _owned(text: str, language: str) -> tuple[Owned, ...]:
    return tuple(_owners(text, language))


def _owners(text: str, language: str) -> Iterator[Owned]:
    for pattern in _OWNED:
        for match in pattern.finditer(text):
            thing = words.stems(match["thing"], language)
            owner = match["owner"]
            if thing and words.fold(match["thing"]) not in _KINDS:
                yield Owned(
                    thing[0], frozenset(words.stems(owner, language)), owner[0].isupper() and language != "de"
                )


def _of_another_unit(question: Question, candidate: Candidate) -> bool:
    """Where "building C" was asked about, a passage that says nothing of a C, and a sentence on building A."""
    units = [words.fold(match.group(1)) for match in _UNIT.finditer(question.text)]
    if len(units) == 1 and not SEVERAL.search(question.text):
        kind = words.fold(next(_UNIT.finditer(question.text)).group()).rpartition(" ")[0]
        beside = {
            words.fold(m.group(1))
            for m in _UNIT.finditer(candidate.text)
            if words.fold(m.group()).startswith(f"{kind} ")
        }
        if beside and units[0] not in beside:
            return True
    if not units:
        return False
    hit = candidate.hit
    there = words.fold(" ".join((hit.title, *hit.headings, hit.path, hit.text)))
    named = (r"[- ]?".join(_PARTS.findall(unit)) for unit in units)
    return not any(re.search(rf"(?<![^\W_]){each}(?![^\W_])", there) for each in named)
