"""The year that a question is about: what a text says of another one is no answer."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.candidates import Candidate, led_by
from gemmasearch.answering.numbers import MONTH_NAMES, YEAR, dated_in, days_with_year, months_in
from gemmasearch.answering.question import Question
from gemmasearch.answering.surroundings import day_of

_BOUNDS = (  # what bounds a time by a year: the question is not about that year
    r"since|before|after|until|till|by|from|to|than|and|seit|vor|nach|bis|ab|als|und|depuis|avant|après|dès|et|desde|hasta"
    r"|que|y|e"
)
_IN_YEAR = light.pattern(  # a year that a question is about, be it without a preposition ("the bill 2021")
    rf"(?<!antes )(?<!después )\b(?!(?:{_BOUNDS}) \d)[^\W\d_]+ ((?:19|20)\d\d)\b(?![-–/.]\d|['’]s)",
    re.I,
)
# Asked of what has been; what is yet to come may well be written down before.
_HAS_BEEN = light.pattern(
    r"^(?!.*\b(?:is|are|will|does|do|shall|should|must|can|may|going to|plan\w*|budget\w*)\b)"
    r"\W*(?:who|what|when|where|why|how|which|did|was|were|has|had|have)\b",
    re.I | re.S,
)
_YEAR_FIRST = light.pattern(r"(?:[-*+•][ \t]+)?((?:19|20)\d\d)\b")  # of a line
_SEASON = light.pattern(r"(?<![\d/.–-])((?:19|20)\d\d)[/–-]((?:\d\d)?\d\d)(?![\d/.]|[–-]\d)")
_MEASURE = light.pattern(
    r"lit(?:er|re)s?|kilos?|kilograms?|kg|grams?|tons?|tonnes?|(?:kilo)?met(?:er|re)s?|miles?|cubic|square|euros?|dollars?"
    r"|pounds|hours?|minutes?|days?|weeks?|months?|years?|pieces|stunden?|minuten?|tagen?|wochen?|monaten?|jahren?"
)
_WRITTEN_UP = 4  # month from which a document is no longer taken to tell of the year before
_IN_MONTH = light.pattern(rf"\b(?:in|for|im|für|en|pour|para) (?:{MONTH_NAMES})\b")
_FROM = light.pattern(
    r"\b(?:from|since|as of|until|till|by|starting|ab|seit|bis|dès|depuis|jusqu\w*|desde|hasta|a partir)\b",
    re.I,
)
_FROM_YEAR = light.pattern(
    r"\b(?:from|since|as of|starting(?: in)?|ab|seit|dès|à partir de|desde)"
    r"(?: the)?(?: \d{1,2}(?:st|nd|rd|th|\.|er)?)?"
    rf"(?: (?:de )?(?:{MONTH_NAMES}))?(?: \d{{1,2}},)?(?: de)? ((?:19|20)\d\d)\b",
    re.I,
)
_YEARS_OF_TABLE = 2  # that its rows name at least
_AMONG = 8  # best candidates of which one may come first
_NEARLY = 0.8  # of what the best one covers of the question
_AS_MANY = 0.6  # of a question's words: what holds so many speaks of the same in another year


def of_other_year(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence names other years than the one asked for; or where it names none, what stands before it in
    its paragraph does and its passage lacks that one, or its passage or the day of its document is years away.
    """
    if len(seasons := _seasons(question.text)) == 1:
        return _of_other_season(seasons, candidate)
    asked = {int(year) for year in _IN_YEAR.findall(question.text)}
    if len(asked) != 1 or len(YEAR.findall(question.text)) != 1:
        return False
    if told := _years(candidate.text):
        return asked.isdisjoint(told)
    hit = candidate.hit
    if begins := _YEAR_FIRST.match(hit.text, hit.text.rfind("\n", 0, candidate.unit.start) + 1):
        return int(begins[1]) not in asked  # "2024 taxes: filed in April 2025. Refund 655."
    around = _years(" ".join((hit.title, *hit.headings, day_of(hit), hit.text)))
    wanted = next(iter(asked))
    if _HAS_BEEN.match(question.text) and _written_before(wanted, candidate):
        return True
    if _written_after(wanted, around, candidate):
        return True
    if candidate.unit.kind == "sentence" and wanted not in around:
        before = YEAR.findall(hit.text[: candidate.unit.start].rpartition("\n\n")[2])
        if before and before[-1] != str(wanted):
            return True
    return bool(around) and all(abs(wanted - year) > 1 for year in around)


def _seasons(text: str) -> set[int]:
    """The years in which those begin that are written as two: 2023/24.

    >>> sorted(_seasons("2023/24, 2024–2025, on 2023-12-24"))
    [2023, 2024]
    """
    return {int(first) for first, last in _SEASON.findall(text) if (int(first) + 1) % 100 == int(last[-2:])}


def _of_other_season(asked: Set[int], candidate: Candidate) -> bool:
    """Whether a sentence, or what stands above it, is of another tax year or season than the one asked for."""
    hit = candidate.hit
    told = _seasons(candidate.text) or _seasons(" ".join((hit.title, *hit.headings)))
    told = told or _seasons(hit.path.rpartition("/")[2]) or _seasons(hit.text)
    return bool(told) and asked.isdisjoint(told)


def _written_before(wanted: int, candidate: Candidate) -> bool:
    """Whether its document is of an earlier year, by its title, headings or day, and no line above the sentence in
    its paragraph speaks of the one that is wanted: the minutes of 2024 do not tell what a fair brought in in 2025."""
    hit, unit = candidate.hit, candidate.unit
    written = _years(" ".join((hit.title, *hit.headings, day_of(hit))))
    if not written or max(written) >= wanted:
        return False
    above = hit.text[: unit.start].rpartition("\n\n")[2]
    if unit.kind in ("item", "row"):  # each stands by itself
        above = "\n".join(line for line in above.split("\n") if line.rstrip().endswith(":"))
    return wanted not in _years(above)


def _written_after(wanted: int, around: Set[int], candidate: Candidate) -> bool:
    """Whether its document, which does not name the year that is wanted, is of a day well in the next one."""
    hit = candidate.hit
    if wanted in around:
        return False
    days = days_with_year(" ".join((hit.title, *hit.headings, day_of(hit))))
    return bool(days) and all(
        year > wanted + 1 or (year > wanted and (not month or month >= _WRITTEN_UP))
        for year, month, _ in days
    )


def month_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by what tells the amount of the month that is asked about ("from May"), where the best names no
    month and the other speaks of nearly as much."""
    months = months_in(question.text)
    best = ranked[0] if ranked else None
    if question.kind not in ("number", "money") or len(months) != 1 or best is None:
        return list(ranked)
    if (months_in(best.text) | dated_in(best.text)) & months:
        return list(ranked)
    lead = next(
        (
            c
            for c in ranked[:_AMONG]
            if months & (months_in(c.text) | dated_in(c.text))
            and c.features["kind"] >= best.features["kind"]
            and c.covered >= _NEARLY * best.covered
            and not shares_only_a_year(question, c)
        ),
        None,
    )
    return led_by(lead, ranked)


def from_year_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by what tells the amount from the year on that is asked about, where the best names no year:
    what the hall costs from 2026 is said by the letter on the new fee."""
    asked = set(_FROM_YEAR.findall(question.text))
    best = ranked[0] if ranked else None
    if question.kind not in ("number", "money") or len(asked) != 1 or best is None or YEAR.findall(best.text):
        return list(ranked)
    lead = next(
        (
            c
            for c in ranked[:_AMONG]
            if not asked.isdisjoint(_FROM_YEAR.findall(c.text))
            and c.features["kind"] >= best.features["kind"]
            and c.covered >= _NEARLY * best.covered
            and not shares_only_a_year(question, c)
        ),
        None,
    )
    return led_by(lead, ranked)


def of_other_month(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence tells how much it was in another month than the one that is asked about: "we used 420 litres
    in March". What is so from a month on may be so in the next."""
    if question.kind not in ("number", "money") or _FROM.search(candidate.text):
        return False
    asked = _IN_MONTH.findall(question.text)
    if len(asked) != 1 or len(months_in(question.text)) != 1:
        return False
    told = months_in(candidate.text) | dated_in(candidate.text)
    return bool(told) and told.isdisjoint(months_in(question.text))


def of_other_years(question: Question, near: Sequence[Candidate]) -> bool:
    """Whether what speaks of the year that is asked about speaks of something else than the best of other years: of
    "litres of oil in 2021" the purchase of a laptop."""
    right = [c for c in near if not of_other_year(question, c)]
    things = {stem for stem in question.stems if not stem[0].isdigit()}
    most = max((len(things & _spoken(c)) for c in near), default=0)
    return not any(len(things & _spoken(c)) >= _AS_MANY * most for c in right)


def _spoken(candidate: Candidate) -> Set[str]:
    """What a sentence says with what stands around it; an item of a list says nothing of those beside it."""
    return candidate.held | candidate.about if candidate.unit.kind == "item" else candidate.spoken


def rows_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the row of the year that is asked about, where the best stands beside a table with a row for
    each year and says nothing of that one, or no number where one is asked for: what was in the account at the end of
    2023 is not said by the sentence on who may sign for it."""
    asked = set(_IN_YEAR.findall(question.text))
    if len(asked) != 1 or question.kind not in ("number", "money") or not ranked:
        return list(ranked)
    year, best = next(iter(asked)), ranked[0]
    if best.is_row or (year in YEAR.findall(best.text) and best.features["kind"]):
        return list(ranked)
    rows = [c for c in ranked if c.is_row and c.hit.document_id == best.hit.document_id]
    of_it = [c for c in rows if YEAR.findall(c.text) == [year] and c.features["kind"]]
    if not of_it or len(_years(of_it[0].hit.text)) < _YEARS_OF_TABLE:
        return list(ranked)
    if len(of_it) > 1 and of_it[1].covered >= of_it[0].covered:
        return list(ranked)
    return led_by(of_it[0], ranked)


def shares_only_a_year(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence shares nothing with the question but a year or another number."""
    things = {stem for stem in question.stems if not stem[0].isdigit()} - question.everyday
    things -= {stem for stem in things if _says_when_or_how_much(question.surface[stem])}
    shared = set(question.stems) & _spoken(candidate)
    return bool(things and shared) and things.isdisjoint(shared) and not _says_the_rest(question, candidate)


def rest_first(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked``, led by the line that says when it was done, or that it was, where the best of the same passage
    names only what it was done to: the head of the invoice."""
    best = ranked[0] if ranked else None
    if best is None or question.kind not in ("when", "yesno") or not question.everyday.isdisjoint(best.held):
        return list(ranked)
    same = (c for c in ranked[:_AMONG] if c.hit.chunk_id == best.hit.chunk_id)
    return led_by(next((c for c in same if _says_the_rest(question, c)), None), ranked)


def _says_the_rest(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence says what the rest of its passage leaves out of the question: "PAID 19 April" below the
    number of the invoice."""
    rest = set(question.stems) & candidate.held & question.everyday
    numbered = any(stem[0].isdigit() and not YEAR.fullmatch(stem) for stem in question.stems)
    if not rest or not numbered or candidate.unit.kind != "sentence" or not candidate.features["kind"]:
        return False
    around = set(words.stems(candidate.hit.text, candidate.language)) | candidate.about
    return set(question.stems) <= around | candidate.held


@lru_cache(maxsize=256)
def _says_when_or_how_much(word: str) -> bool:
    """Whether a word is the name of a month, or of what is counted: of "litres of argon in April" neither is the
    matter."""
    return bool(months_in(word.title())) or _MEASURE.fullmatch(words.fold(word)) is not None


def _years(text: str) -> set[int]:
    return {int(year) for year in YEAR.findall(text)}
