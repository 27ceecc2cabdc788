"""Sentences that say of another owner, or of another one of a kind, what was asked of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gemmasearch import light
from gemmasearch.answering import (
    words,
)
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import SEVERAL, Question

_DETERMINER = (
    r"(?:the|this|that|a|an|my|our|your|his|her|their|dem|den|der|des|die|das|einem|einer|meine[mnrs]?|unsere[mnrs]?|le|la"
    r"|les|l(?=['’])|un|une|mon|ma|mes|notre|el|los|las|una|mi|mis|nuestr[ao]s?)"
)


_WHOSE = r"(?P<owner>[^\W\d_][\w-]*(?:[ ][^\W\d_][\w-]*)?)"


_OWNED = (
    light.pattern(
        rf"(?P<thing>[^\W\d_][\w-]*)[ ](?:(?:of|for|von|vom|für|du|de|pour|del|para)[ ]|d['’])"
        rf"(?:{_DETERMINER}\b[ '’])?{_WHOSE}",
        re.I,
    ),
    light.pattern(rf"(?P<thing>[^\W\d_][\w-]*)[ ](?:des|der)[ ]{_WHOSE}"),
    light.pattern(rf"\b{_WHOSE}(?:['’]s|(?<=s)['’])[ ](?P<thing>[^\W\d_][\w-]*)"),
    light.pattern(rf"\b{_WHOSE}(?:['’]s|(?<=s)['’])[ ][^\W\d_][\w-]*[ ](?P<thing>[^\W\d_][\w-]{{2,}})"),
)


# "Who is our solicitor?"
_MINE = light.pattern(
    r"\W*(?:who|what|where|when)(?:['’]s| is| was| are| were) (?:my|our) (?P<thing>[\w'’-]+)\W*$", re.I
)
# "Allergic to nuts", "married to Ann"
_TO = light.pattern(
    r"\b([a-z]{4,}) (to|against|from|with) (?:(?:the|a|an|my|our|your|his|her|their) )?([^\W\d_][\w-]+)", re.I
)
_THEIRS = light.pattern(r"\b(?:her|his|their) (?P<thing>[\w'’-]+)", re.I)
_OWN = light.pattern(r"\b(?:my|mine|ours?)\b", re.I)


_BELONGS = light.pattern(rf"\b({words.CAPITAL}[^\W\d_]+)['’]s (\w+)")


# "building C", "freezer F2", "class 7b", "strain YK-130": one of several of a kind.
_UNIT = light.pattern(r"[^\W\d_]{3,}[ ]([A-HJ-Z]|[A-Z]{1,4}-?\d{1,5}|\d{1,2}[a-z])(?![\w'’-])")


# Of these one is of what it is said to be, nobody's: "a type of reduction", "the term for it".
_KINDS = words.listed(
    "type types kind kinds sort sorts form forms part parts term terms word words art arten form formen teil teile"
    " begriff wort sorte sorten type types sorte sortes genre partie terme mot tipo tipos clase parte termino palabra"
)


_SHORTEST = 4  # letters of a word that a compound may hold


_PARTS = light.pattern(r"\d+|[^\W\d_]+")


class Owned(NamedTuple):
    thing: str  # stem
    owner: frozenset[str]  # stems
    name: bool  # the owner is written like a name


def of_another(question: Question, candidate: Candidate) -> bool:
    """ "The contract of Salome", where that of Mireille was asked for."""
    if _of_somebody_else(question, candidate) or _to_something_else(question, candidate):
        return True
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


def _of_somebody_else(question: Question, candidate: Candidate) -> bool:
    """ "Her solicitor is Pugh", where ours was asked for; nor is he named by the sentence before that."""
    mine = _MINE.match(question.text)
    if mine is None or _OWN.search(candidate.text):
        return False
    thing = next(iter(words.stems(mine["thing"], "en")), "")
    said = candidate.text if thing in candidate.held | candidate.about else candidate.hit.text
    theirs = [next(iter(words.stems(m["thing"], "en")), "") for m in _THEIRS.finditer(said)]
    return bool(thing) and thing in theirs


def _to_something_else(question: Question, candidate: Candidate) -> bool:
    """ "Allergic to nuts", where it was asked who is allergic to wasps."""
    if question.language != "en" or question.kind not in ("who", "yesno", "when"):
        return False
    said = candidate.held | candidate.about
    told = {(words.fold(word), to.lower()) for word, to, _ in _TO.findall(candidate.text)}
    for word, to, what in _TO.findall(question.text):
        stems = set(words.stems(what, "en")) & set(
            question.stems
        )  # "to anything" is to nothing in particular
        if stems and (words.fold(word), to.lower()) in told and stems.isdisjoint(said):
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


def of_another_unit(question: Question, candidate: Candidate) -> bool:
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
