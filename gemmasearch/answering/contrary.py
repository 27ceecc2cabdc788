"""The contrary of what is asked, or the same of another: of what the American Council does nothing is said by what
the European Council does, and of what a policy does not cover nothing by what it covers.

Such a sentence holds all of the question but one word, so that no measure of likeness tells it from an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.numbers import YEAR, months_in
from gemmasearch.answering.question import GATHERED, SEVERAL, TITLES, Question
from gemmasearch.answering.surroundings import day_beside, day_of

# What is denied follows: "which bills have not been paid", "who doesn't eat fish". Folded.
_DENIED = light.pattern(
    r"(?:\b(?:not|never|nicht|nie|niemals)|\w+n['’]t)\b(?! (?:only|just|even|nur)\b)(?P<behind>[^.?!,;]*)"
)
# What says no as well, in its way. Folded.
_FAILS = light.pattern(
    r"\b(?:fail\w*|lack\w*|miss(?:ed|es|ing)?|refus\w*|unable|hardly|rarely|seldom|instead|declin\w*|prevent\w*"
    r"|unpaid|unfinished|unanswered|open|outstanding|overdue|still|fehl\w*|statt\w*|offen\w*|manqu\w*|falt\w*)\b"
)
_NEAR = 3  # best candidates of which one may say the contrary
_LETTERS = 4  # of a name: what is shorter may be an abbreviation
_ROOT = 4  # letters that the names of a place and of who is from there share: Italy, Italian
# Who is from there by a name with another root.
_FROM = tuple(
    words.listed(line)
    for line in (
        "french france", "dutch netherlands holland", "british britain england uk", "spanish spain", "danish denmark",
        "polish poland", "welsh wales", "greek greece", "swiss switzerland", "finnish finland", "irish ireland",
        "norwegian norway", "american america us usa", "turkish turkey", "czech czechia bohemia",
    )
)  # fmt: skip
_NAME = light.pattern(rf"(?<![\w'’-]){words.CAPITAL}[^\W\d_]+(?![\w@])")
_BEGINS = ("", ".", "!", "?", ":")  # behind these a capital makes no name
_TIME = light.pattern(
    r"(?<![\w.,/-])(?:(?P<century>\d{1,2})(?:st|nd|rd|th)[- ]centur(?:y|ies)"
    r"|(?P<hundred>1\d|20)00['’]?s|(?P<decade>(?:1\d|20)\d)0['’]?s|(?P<year>(?:1\d|20)\d\d)(?!['’]?s))\b(?![\w-]|[.,/]\d)"
)
# The question is not about the year itself.
_BOUNDED = light.pattern(r"\b(?:since|before|after|until|till|by|from|to|than|between|and|or)\W*$", re.I)
_WHICH_YEAR = light.pattern(
    r"\b(?:(?:what|which) (?:year|century|decade)|in welchem jahr(?:hundert)?|(?:en |de )?quelle annee|quel siecle"
    r"|(?:en |de )?que (?:ano|siglo))\b"
)  # folded


def is_affirmed(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether one of the best sentences says without a denial what the question denies."""
    return question.denies and any(_affirms(question, c) for c in ranked[:_NEAR])


def without_affirming(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without these, unless nothing is left."""
    return [c for c in ranked if not (question.denies and _affirms(question, c))] or list(ranked)


def says(question: Question, told: Candidate, ranked: Sequence[Candidate]) -> bool:
    """Whether the sentence that would be told says what is asked of another, or of another time, or tells no year
    where one is asked for.

    :param ranked: all that was read, for what else its document says.
    """
    return (
        _of_another_name(question, told, ranked)
        or _of_another_time(question, told)
        or _lacks_year(question, told)
    )


def denies(candidate: Candidate) -> bool:
    """Whether a sentence says of something that it is not so."""
    return words.denies(candidate.text) or _FAILS.search(words.fold(candidate.text)) is not None


def _affirms(question: Question, candidate: Candidate) -> bool:
    if denies(candidate):
        return False
    denied = _DENIED.search(words.fold(question.text))
    if denied is None:
        return False
    verb = next((t.stem for t in words.tokens(denied["behind"], question.language) if t.content), "")
    return verb in candidate.held


def _of_another_name(question: Question, told: Candidate, ranked: Sequence[Candidate]) -> bool:
    """Whether it holds all that is asked but one name, which nothing that was read of its document does either, and
    names another."""
    if question.kind in (*GATHERED, "yesno") or SEVERAL.search(question.text):
        return False
    if question.language == "de" or question.language != told.language:  # German nouns look like names
        return False
    missing = set(question.stems) - told.spoken - question.everyday
    named = set(_names(question))
    lacking = [question.surface[stem] for stem in named & missing]
    if len(lacking) != 1 or not missing <= named or not told.held - named:
        return False
    if _is_known(words.fold(lacking[0]), _words_around(told, ranked)):
        return False
    asked = words.fold(question.text)
    return any(words.fold(name) not in asked for name in _names_in(told.text))


def _names(question: Question) -> Iterator[str]:
    """The stems of names that are no abbreviations, titles or months."""
    for stem in question.names:
        name = question.surface[stem]
        whole = name.isalpha() and len(name) >= _LETTERS and not name.isupper()
        if whole and words.fold(name) not in TITLES and not months_in(name):
            yield stem


def _words_around(told: Candidate, ranked: Sequence[Candidate]) -> set[str]:
    """Every word that was read of a sentence's document, folded."""
    hits = {c.hit.chunk_id: c.hit for c in ranked if c.hit.document_id == told.hit.document_id}
    texts = (
        text
        for hit in hits.values()
        for text in (hit.title, *hit.headings, hit.path, hit.sender, hit.recipients, hit.text)
    )
    return set(re.findall(r"[^\W\d_]+", words.fold(" ".join(texts))))


def _is_known(name: str, said: set[str]) -> bool:
    """Whether a name is said in some form or spelling, or as a part of another."""
    known = any(name in word or word.startswith(name[:_ROOT]) for word in said)
    known = known or any(name in group and not said.isdisjoint(group) for group in _FROM)
    return known or words.spelt_like(name, said)


def _names_in(text: str) -> Iterator[str]:
    """The words of a sentence with a capital that do not begin it."""
    for match in _NAME.finditer(text):
        if text[: match.start()].rstrip(" \"'“‘(*_[")[-1:] not in _BEGINS:
            yield match.group()


def _of_another_time(question: Question, told: Candidate) -> bool:
    """Whether it tells another year, decade or century than the one asked for, which its passage does not tell."""
    asked = [*_TIME.finditer(question.text)]
    if len(asked) != 1 or _BOUNDED.search(question.text[: asked[0].start()]):
        return False
    first, last = _span(asked[0])
    hit = told.hit
    around = " ".join((told.text, hit.title, *hit.headings, day_of(hit), hit.text))
    overlap = any(low <= last and first <= high for low, high in map(_span, _TIME.finditer(around)))
    return bool(_TIME.search(told.text)) and not overlap


def _span(time: re.Match[str]) -> tuple[int, int]:
    """Its first and its last year."""
    if time["century"]:
        last = int(time["century"]) * 100
        return last - 99, last
    for name, years in (("hundred", 100), ("decade", 10)):
        if time[name]:
            return int(time[name]) * years, int(time[name]) * years + years - 1
    return int(time["year"]), int(time["year"])


def _lacks_year(question: Question, told: Candidate) -> bool:
    """Whether a year is asked for, and neither the sentence nor what stands around it tells any time."""
    hit = told.hit
    if _WHICH_YEAR.search(words.fold(question.text)) is None or told.is_row or hit.kind == "mail":
        return False
    before, behind = hit.text[: told.unit.start], hit.text[told.unit.end :]
    paragraph = before.rpartition("\n\n")[2] + told.text + behind.partition("\n\n")[0]
    around = " ".join((hit.title, *hit.headings, hit.path.rpartition("/")[2], paragraph))
    return not (_TIME.search(around) or YEAR.search(around) or day_beside(told.text, hit))
