"""What a bag of words cannot tell: who is what, who is against it, and which of two names a "not" denies."""

from __future__ import annotations

import re
from collections.abc import Set

from gemmasearch import light, stopwords
from gemmasearch.answering import words

_DENIED = light.pattern(
    r"\b(?:[Nn]ot|[Nn]icht|[Pp]as|[Nn]o)\s+(?:(?:in|for|by|to|at|the|with|on|von|für|bei|mit|der|die|das|pour|par|à|la"
    r"|le|por|en|el)\s+){0,2}([A-ZÀ-ÖØ-Þ][\w'’-]*(?:\s[A-ZÀ-ÖØ-Þ][\w'’-]*){0,3})"
)
_IS = light.pattern(
    r"(.+?)\s+(?:is|are|was|were|ist|sind|war|waren|est|sont|était|étaient|es|son|era|eran)\s+(.+)", re.S
)
_AGAINST = light.pattern(r"\b(?:against|opposed?|opposes|gegen|dagegen|contre|contra)\b", re.I)
_PARTED = light.pattern(r"\s*[;:,]\s+|\s+(?:but|while|whereas|aber|während|mais|tandis que|pero|mientras)\s+")
_WORD = light.pattern(r"[^\W\d_]+")


def turned(clause: str, text: str) -> bool:
    """Whether a clause says that one thing is another which its source names before it, with something else between:
    "a contract was signed by Priya" does not say that Priya is a contract."""
    found = _IS.fullmatch(clause)
    if found is None:
        return False
    language = words.guess_language(text)
    subject, predicate = (set(words.stems(side, language)) for side in found.groups())
    said = words.stems(text, language)
    of, what = (
        [at for at, stem in enumerate(said) if stem in side] for side in (subject, predicate - subject)
    )
    if not of or not what or of[0] < what[-1]:
        return False
    return not {*said[what[-1] + 1 : of[0]]} <= subject | predicate


def opposes_otherwise(clause: str, names: Set[str], text: str) -> bool:
    """Whether a clause says that somebody is against something, where its source says so of another: of "Nils wanted
    a new roof; Ida was against it" that Nils was against it.

    :param names: those of the clause, folded.
    """
    before = (_AGAINST.split(part, maxsplit=1)[0] for part in _opposing(clause))
    here = {word for part in before for word in _capitals(part) if word in names}
    if not here:
        return False
    there = [_capitals(part) for part in _opposing(text)]
    return bool(there) and not any(not capitals or here & capitals for capitals in there)


def _opposing(text: str) -> list[str]:
    return [part for part in _PARTED.split(text) if _AGAINST.search(part)]


def _capitals(text: str) -> set[str]:
    found = {words.fold(word) for word in _WORD.findall(text) if word[0].isupper()}
    return found - stopwords.everything()


def denied_otherwise(clause: str, names: Set[str], text: str) -> Set[str]:
    """Names, folded, of which either a clause or its source says "not": it was Elm Street, not Park Lane. A clause
    that denies its verb denies no name.

    :param names: those of the clause.
    """
    here, there = _denied(clause), _denied(text)
    return (here - there) | (names & (there - here)) if here else here


def _denied(text: str) -> frozenset[str]:
    return frozenset(words.fold(word) for m in _DENIED.finditer(text) for word in m[1].split())
