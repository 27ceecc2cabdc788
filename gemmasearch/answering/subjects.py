"""Of whom or what kind it is asked what is so: what tells the same of another is no answer."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, deeds, reference, spans, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.answering.surroundings import RECORDS

_NAMED = light.pattern(
    r"\b(?:[Dd]id|[Dd]o|[Dd]oes|[Hh]as|[Hh]ave|[Hh]ad|[Ww]ill|[Ww]ould|[Ss]hould|[Mm]ust|[Cc]an|[Ii]s|[Aa]re|[Ww]as"
    rf"|[Ww]ere) (?P<who>{words.CAPITAL}[\w’-]+(?: {words.CAPITAL}[\w’-]+)*) (?!(?:and|or)\b)[a-z]"
)
_ASKER_IS = light.pattern(r"\W*(?:[Aa]m|[Ww]as|[Dd]o|[Dd]id|[Hh]ave|[Cc]an) [Ii]\b")
_WHOSE = light.pattern(
    r"\W*who (?:is|was|are|were) (?:(?:my|our|the|his|her|their) )?(?P<owner>[\w-]+)['’]s (?P<what>[a-z-]+)\W*$",
    re.I,
)
_PART = light.pattern(r"[,;:()]\s*|\s[-–—]\s")
_IS_SO = light.pattern(
    rf"\W*(?:[Ii]s|[Aa]re|[Aa]m|[Ww]as|[Ww]ere) (?:[Ii]|we|{words.CAPITAL}[\w’-]+(?: {words.CAPITAL}[\w’-]+)*)"
    r" (?:still |already |also |really )?(?P<what>[a-z]+)\b"
)
_OF_KIND = light.pattern(
    r"\b(?:which|what) (?P<kind>[a-z]+) (?:should|must|shall|can|could|may|do|did|does|will|would|have|has)\b",
    re.I,
)
_NO_AMOUNT = light.pattern(  # the number of an item, and of a house
    r"^\W*\d{1,3}[.)] |\b\d+[a-z]?,? (?:[A-Z][\w’-]+ )+"
    r"(?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Way|Row|Terrace|Court|Place|Square)\b"
)
_OF_THING = light.pattern(r"\b([a-z]{3,}) (?:of|on|for) (?:the|my|our|a|an) ([a-z]{3,})\b")
_PERSONAL = light.pattern(r"\b(?:should|must|shall|I|i|we|me|us|my|our)\b")
_OTHERWISE = ("why", "how", "list", "summary")


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what is of another person, of another kind of thing, or of something else than what
    may be so."""
    if question.language != "en":
        return list(ranked)
    kept = [c for c in ranked if not _of_no_such_kind(question, c) and not _says_not_what(question, c)]
    kept = [c for c in kept if not _has_no_amount(question, c) and not _of_another_thing(question, c, ranked)]
    kept = [c for c in kept if not _names_the_other_alone(question, c)]
    if _ASKER_IS.match(question.text):
        kept = [c for c in kept if c.hit.kind != "contact"]  # cards are of others
    who = _who(question)
    if who and not who.isdisjoint(set[str]().union(*(c.spoken for c in ranked))):
        kept = [c for c in kept if not who.isdisjoint(c.spoken | _passage(c))]
    return kept


def _names_the_other_alone(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names somebody, but not beside what is asked for: "Dentist Dr Pym, hygienist in September"
    does not say who the dentist's hygienist is."""
    found = _WHOSE.match(question.text)
    if found is None or candidate.is_row or candidate.hit.kind in RECORDS:
        return False
    owner, what = (next(iter(words.stems(found[each], "en")), "") for each in ("owner", "what"))
    parts = _PART.split(candidate.text)
    said = [set(words.stems(part, "en")) for part in parts]
    at = [place for place, stems in enumerate(said) if what in stems]
    if not at or owner not in candidate.held:
        return False
    beside = [part for place in at for part in parts[place : place + 2]]
    beside += [parts[place - 1] for place in at if place and owner not in said[place - 1]]
    named = (set(words.stems(part[s.start : s.end], "en")) for part in beside for s in spans.names(part))
    return not any(stems - {owner, what} for stems in named)


def _who(question: Question) -> set[str]:
    """The stems of the name of whom it is asked what is so."""
    found = _NAMED.search(question.text) if question.kind not in _OTHERWISE else None
    return set(words.stems(found["who"], "en")) & set(question.names) if found else set()


def _says_not_what(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence leaves out what is asked of somebody: allergic, insured, married."""
    found = _IS_SO.match(question.text) if question.kind == "yesno" else None
    stem = next(iter(words.stems(found["what"], "en")), "") if found else ""
    if stem not in question.stems or stem in question.everyday:
        return False
    return not deeds.told(stem, candidate)


def _of_no_such_kind(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names no journal where it is asked which one, nor tells what was done with it."""
    if question.kind != "what" or candidate.unit.kind == "row" or not _PERSONAL.search(question.text):
        return False
    found = _OF_KIND.search(question.text)
    stem = next(iter(words.stems(found["kind"], "en")), "") if found else ""
    if stem not in question.stems or stem in question.everyday or stem in candidate.spoken:
        return False
    return not deeds.asked(question) and not any(spans.quotes(candidate.text))


def _has_no_amount(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence has no amount but the number of an item or a house, where one is asked for."""
    text = candidate.text
    own = question.kind == "number" and _PERSONAL.search(question.text)
    if not (own or question.kind == "money") or candidate.unit.kind == "row" or spans.moneyed(text):
        return False
    if awaited.has_wanted(question, _NO_AMOUNT.sub("", text), candidate.language):
        return False
    return not any(reference.in_context(question, candidate.hit, text))


def _of_another_thing(question: Question, candidate: Candidate, ranked: Sequence[Candidate]) -> bool:
    """Whether a sentence says of which other thing it is what the question asks about: of the workshop deposit
    nothing is said by "the deposit on the flat"."""
    if not _PERSONAL.search(question.text) or candidate.language != "en":
        return False
    for match in _OF_THING.finditer(candidate.text):
        head, other = (next(iter(words.stems(part, "en")), "") for part in match.groups())
        if head not in question.stems[1:] or other in question.stems or not other:
            continue
        which = question.stems[question.stems.index(head) - 1]
        side_by_side = re.search(rf"\b{question.surface[which]} {question.surface[head]}\b", question.text)
        if side_by_side and which not in candidate.spoken and any(which in c.spoken for c in ranked):
            return True
    return False


def _passage(candidate: Candidate) -> Set[str]:
    hit = candidate.hit
    if hit.kind in RECORDS:
        return set()
    return set(words.stems(" ".join((hit.title, hit.sender, hit.text)), "en"))
