"""Who did what is asked about: sentences that say so, and those that leave the doer or the deed out."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import (
    awaited,
    deeds,
    synonyms,
    words,
)
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.answering.reference import points_back, speaks_of_somebody

# The verb of who did something, in the active voice.
_WHO_DID = light.pattern(
    r"\W*who (?:has |had |have )?(?!(?:is|are|was|were|am|been|has|have|had|does|did|do|can|will|would)\b)([a-z]+)\b"
    r"|\W*wer (?:hat|hatte|haben)\b.* (\w+)\W*$|\W*qui a (\w+)\b|\W*quién (?:ha )?"
    r"(?!ha[cgr]\w*|hizo\b|hecho\b)(\w+)\b",
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


# A role stands for a name: "by the plumber", "our neighbour did it".
_ROLE = light.pattern(
    r"\b(?:(?:by|from) (?:the|an?)|my|our|his|her|their|von (?:dem|der|einem|einer)|vom|mein\w*"
    r"|unser\w*|par (?:l[ea]|une?)|mon|ma|notre"
    r"|por (?:el|la|une?)|mi|nuestr[oa]|\b(?:lo|los|la|las) \w+(?:ó|on) (?:el|la)) ['’]?[^\W\d_]{3,}",
    re.I,
)


_TELLING = 2  # words beside the deed of which a text that tells it in words of its own must hold all


_AMONG = 12  # best candidates of which one may come first


_MANY = 4  # words of a question beside the deed


_MOST = 0.6  # of which so many must be told


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
