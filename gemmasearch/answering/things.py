"""Of which thing something is asked: "the excess of the contents insurance". What the next line or paragraph says of
the excess of another insurance is no answer to it, and what is said of the contents is none without an excess.

English, where the thing stands behind what is asked of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence, Set

from gemmasearch import light
from gemmasearch.answering import spans, words
from gemmasearch.answering.attributes import akin
from gemmasearch.answering.candidates import Candidate, led_by, paragraphs
from gemmasearch.answering.question import GATHERED, SEVERAL, Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody
from gemmasearch.answering.surroundings import RECORDS
from gemmasearch.light import dataclass

_OWNER = r"(?:the|my|our|your|his|her|their|its|an?)"
_ASKED = light.pattern(
    r"\W*(?:what|how (?:much|high|big|large|long))(?:['’]s| is| was| are| were| will be)"
    rf" {_OWNER} (?P<head>(?:[\w'’-]+ ){{0,3}}?[\w'’-]+) (?:of|for|at|with) (?P<thing>\w.*?)"
    r"(?: (?:in|on|at|since|from|until|for|as of) (?=[^\W\d_]* ?\d)[\w ]+)?\W*$",
    re.I,
)
# What a line is about, by itself: "**Contents** with Aviva", "Bike – Laka", "Contents: Aviva".
_LABEL = light.pattern(
    r"\W*(?:\*\*(?P<bold>[^*\n]{2,40})\*\*|(?P<label>[^\W\d_][^:;.,–—\n]{1,40}?)(?::\s|\s+[–—-]\s))"
)

# "The water account number"
_NUMBER_OF = light.pattern(
    r"\b(?:(?:the|my|our|your|his|her|their) (?P<which>[\w'’-]+ )?)?"
    r"(?P<kind>account|policy|customer|member(?:ship)?|order|invoice|booking|reservation|serial|registration|contract|frame"
    r"|chassis|chip|sort|passport) (?:numbers?|no\.?|codes?|id)\b",
    re.I,
)
_WORD = light.pattern(r"[^\W\d_]+")
Known = Mapping[tuple[int, str], int]  # (document, word for the thing) -> how many paragraphs hold it
_LONGEST = 3  # words of the name of a thing
_AMONG = 8  # best candidates of which one may come first


@dataclass(frozen=True, slots=True)
class Asked:
    """The stems of what is asked, but for what a number says by itself, and of the thing of which it is asked."""

    head: frozenset[str]
    thing: tuple[str, ...]


def asked(question: Question) -> Asked | None:
    """What a question asks of which thing; None where it asks so of none.

    >>> from gemmasearch.answering.question import understand
    >>> asked(understand("What is the excess of the contents insurance?")).thing
    ('content', 'insur')
    """
    if question.language != "en" or question.kind in GATHERED or SEVERAL.search(question.text):
        return None
    found = _ASKED.match(question.text)
    if found is None:
        return None
    head = [token for token in words.tokens(found["head"], "en") if token.stem in question.stems]
    told = frozenset(token.stem for token in head if not spans.NUMBERED.fullmatch(words.fold(token.text)))
    thing = tuple(
        stem
        for stem in dict.fromkeys(words.stems(found["thing"], "en"))
        if stem in question.stems and stem not in told and stem not in question.everyday
    )
    short = 0 < len(thing) <= _LONGEST  # a longer one may be said in other words
    return Asked(told - question.everyday, thing) if head and short else None


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what tells it of another thing."""
    if question.language == "en":
        ranked = [c for c in ranked if not _of_other_number(question, c)]
    wanted = asked(question)
    if wanted is None:
        return list(ranked)
    known = _known(wanted, ranked)
    return [c for c in ranked if not (_tells(wanted, c) and _of_another(wanted, c, known))]


def _of_other_number(question: Question, candidate: Candidate) -> bool:
    """Whether a number is not called what is asked for, or its passage does not say of whom or what: of the account
    number for the water nothing is told by the account of the plumber, nor by the supplier's name alone."""
    found = _NUMBER_OF.search(question.text) if question.asks_code else None
    if found is None or candidate.is_row or candidate.hit.kind in RECORDS or not candidate.features["kind"]:
        return False
    kind = set(words.stems(found["kind"], "en")) & set(question.stems)
    if not kind <= candidate.held | candidate.about:
        return True
    which = set(words.stems(found["which"] or "", "en")) & set(question.stems)
    hit = candidate.hit
    there = _passage(candidate) | set(words.stems(" ".join((hit.title, *hit.headings, hit.sender)), "en"))
    return not all(any(akin(stem, said) for said in there) or stem in _folders(candidate) for stem in which)


def first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the best that tells what is asked of the thing, where the best of all names the thing alone:
    "Excess 500 per claim" below "Insurance with Marlow"."""
    wanted = asked(question)
    if wanted is None or not wanted.head or not ranked or wanted.head <= ranked[0].held:
        return list(ranked)
    lead = next((c for c in ranked[:_AMONG] if _tells(wanted, c) and not _missing(wanted, c)), None)
    return led_by(lead, ranked)


def labelled_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the line that has what is asked for as its label, where the best has not: of who the
    landlord is "Landlord: Crome Estates" tells more than "held by the landlord"."""
    if question.kind != "who" or not ranked or _labels(question, ranked[0]):
        return list(ranked)
    best = ranked[0]
    lead = next(
        (
            c
            for c in ranked[1:_AMONG]
            if _labels(question, c) and c.features["kind"] and c.covered >= best.covered
        ),
        None,
    )
    return led_by(lead, ranked)


def _labels(question: Question, candidate: Candidate) -> bool:
    label, colon, rest = candidate.text.partition(":")
    stems = set(words.stems(label, candidate.language))
    return bool(colon and rest.strip() and stems) and stems <= set(question.stems) - set(question.names)


def untold(question: Question, kept: Sequence[Candidate], every: Sequence[Candidate]) -> bool:
    """Whether what is asked of a thing is told of others in the documents of ``kept``, and of it by none of these."""
    wanted = asked(question)
    if (
        wanted is None
        or not wanted.head
        or any(_tells(wanted, c) or points_back(c.text, c.language) for c in kept)
    ):
        return False
    left = {id(c) for c in without(question, every)}
    documents = {c.hit.document_id for c in kept}
    return any(id(c) not in left and c.hit.document_id in documents for c in every)


def elsewhere(question: Question, kept: Sequence[Candidate]) -> bool:
    """Whether a code is asked for of a thing of which no passage of ``kept`` speaks that holds one: the customer
    number at the pharmacy is not that in the contract of the nurses."""
    wanted = asked(question) if question.asks_code else None
    if wanted is None:
        return False
    coded = [c for c in kept if _tells(wanted, c)]
    return bool(coded) and not any(akin(wanted.thing[-1], said) for c in coded for said in _passage(c))


def _passage(candidate: Candidate) -> Set[str]:
    return candidate.spoken | set(words.stems(candidate.hit.text, candidate.language))


def _known(wanted: Asked, ranked: Sequence[Candidate]) -> Known:
    """The words for the thing that the documents hold."""
    by_word = {stem: paragraphs(ranked, stem) for stem in wanted.thing}
    return {
        (document, stem): len(places) for stem, found in by_word.items() for document, places in found.items()
    }


def _folders(candidate: Candidate) -> list[str]:
    """The stems of the names of the folders that its document lies in."""
    return words.stems(" ".join(_WORD.findall(os.path.dirname(candidate.hit.path))), "en")


def _tells(wanted: Asked, candidate: Candidate) -> bool:
    """Whether a sentence tells what is asked, of whichever thing."""
    said = candidate.held | candidate.about
    if candidate.is_row or candidate.posed:
        said = said | candidate.context
    return (
        wanted.head <= said
        and bool(candidate.features["kind"])
        and not wanted.head.isdisjoint(candidate.held)
    )


def _of_another(wanted: Asked, candidate: Candidate, known: Known) -> bool:
    """Whether a sentence lacks a word for the thing which one other part of its document holds, or that nothing holds
    where it begins with the name of something else. A lease is all about the flat, and says so in several places."""
    hit, text = candidate.hit, candidate.text
    if candidate.is_row or hit.kind in RECORDS or candidate.posed or points_back(text, candidate.language):
        return False
    if speaks_of_somebody(text):
        return False
    missing = _missing(wanted, candidate)
    if any(known.get((hit.document_id, stem)) == 1 for stem in missing):
        return True
    if missing and wanted.thing[-1] in missing and _elsewhere(wanted.thing[-1], candidate, known):
        return True
    label = _label(wanted, candidate)
    return bool(missing and label) and label.isdisjoint(wanted.thing)


def _elsewhere(thing: str, candidate: Candidate, known: Known) -> bool:
    """Whether other documents speak of a thing, and neither its own nor the folder that it lies in."""
    if thing in _passage(candidate) or thing in _folders(candidate):
        return False
    if (candidate.hit.document_id, thing) in known:
        return False
    return any(stem == thing and document != candidate.hit.document_id for document, stem in known)


def _missing(wanted: Asked, candidate: Candidate) -> set[str]:
    """The words for the thing that a sentence lacks; what its paragraph says before it counts where it does not begin
    with a name of its own."""
    said = candidate.held | candidate.about
    return set(wanted.thing) - said - (set() if _label(wanted, candidate) else _before(candidate))


def _label(wanted: Asked, candidate: Candidate) -> set[str]:
    """What a line begins with as its own name; "Premium 2024: 612" begins with what is asked."""
    found = _LABEL.match(candidate.text)
    stems = words.stems(found["bold"] or found["label"], candidate.language) if found else []
    return {stem for stem in stems if stem not in wanted.head and not stem[0].isdigit()}


def _before(candidate: Candidate) -> set[str]:
    """What its paragraph says before it; the item of a list stands by itself."""
    if candidate.unit.kind != "sentence":
        return set()
    above = candidate.hit.text[: candidate.unit.start].rpartition("\n\n")[2]
    return set(words.stems(above, candidate.language))
