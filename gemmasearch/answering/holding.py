"""Which words of a question a text holds, be it in other forms, other words, or the parts of a compound."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, days, secrets, spans, synonyms, words
from gemmasearch.answering.numbers import dated_in, days_in, months_in
from gemmasearch.answering.question import Question
from gemmasearch.store import fts

_PART = 5  # letters of a word that a German compound may hold
_REST = 3  # and of its other part
_SHORT_PART = 4  # letters of each part, where both are said
_PARTICLE = light.pattern(r"\b(\w{3,})[- ](off|out|up|in|down|over|on|back|away)\b")
_HYPHENED = light.pattern(r"\b([^\W\d_]{1,12})-([^\W\d_]{1,12})\b")
_CUT = 3  # letters that the stem of a compound may lack
_LINKS = ("s", "n", "en", "es", "er", "e")  # between the parts


def held_in(question: Question, text: str, language: str) -> set[str]:
    """:func:`held_by` of a text whose stems nobody needs besides."""
    return held_by(question, text, words.stems(text, language), language)


def held_by(question: Question, text: str, stems: Sequence[str], language: str) -> set[str]:
    """What :func:`_said` finds, and the question's words that are said in another word."""
    held = _said(question, text, stems, language)
    return held | _alike(question, held)


def _said(question: Question, text: str, stems: Sequence[str], language: str) -> set[str]:
    """The stems of a text, also as the question's language has them: that of a few words is guessed. A date in
    digits, or with its month cut short, stands for that month's name, 1,400 for 1400, a telephone number for the
    word number, an amount for "cost", red for "colour"."""
    held = set(stems)
    if language != question.language:
        held.update(words.stems(text, question.language))
    missing = [stem for stem in question.stems if stem not in held]
    if missing and question.language == "en":
        held.update(_written_as_one(question, missing, stems))
    if missing and ("-" in text or "-" in question.text):
        held |= _hyphened(question, missing, text, held)
    if missing and any(map(str.isdigit, text)):
        held.update(number for _, _, number in fts.grouped(text, missing))
        held |= days.stated(question, text)
        dated = dated_in(text) | {month for month, _ in days_in(text)}  # "2 Jan"
        held.update(s for s in missing if not dated.isdisjoint(months_in(question.surface[s].title())))
        named = spans.NUMBERED if question.asks_code and any(spans.codes(text)) else None
        if question.kind == "money" and spans.moneyed(text):
            held.update(s for s in missing if awaited.costs(question, s))
        elif question.asks_code and secrets.gives_phone(text):
            held.update(s for s in missing if secrets.means_phone(question.surface[s]))
        if named is not None:
            held.update(s for s in missing if named.fullmatch(words.fold(question.surface[s])))
    if missing and question.language == "en":
        held |= days.weekdays_stated(question, missing, text)
    # Who bought it is whom it was sold to.
    if question.kind == "who" and missing and synonyms.SOLD_TO.search(text):
        held.update(s for s in missing if words.fold(question.surface[s]) in synonyms.BOUGHT)
    if missing and question.language == "en":
        held.update(s for s in missing if synonyms.said_of(question.kind, question.surface[s], text))
    if missing and spans.MONEY.search(text):
        held.update(s for s in missing if words.fold(question.surface[s]) in spans.MONEYED)
    if missing and spans.DURATION.search(text):
        held.update(s for s in missing if spans.LASTING.fullmatch(words.fold(question.surface[s])))
    if missing and spans.DEGREES.search(text):
        held.update(s for s in missing if spans.HEAT.fullmatch(words.fold(question.surface[s])))
    if question.language == "de" and missing:
        held.update(stem for stem in missing if len(stem) >= _PART and _in_compound(stem, stems))
    if question.asks_colour and missing and spans.coloured(text):
        held.update(s for s in missing if spans.COLOURED.fullmatch(words.fold(question.surface[s])))
    return held


def _written_as_one(question: Question, missing: Sequence[str], stems: Sequence[str]) -> set[str]:
    """The question's verbs that a text writes as one word with what stands behind them: shut off, "shutoff"."""
    as_one = {
        match[1]: words.stems(match[1] + match[2], question.language)
        for match in _PARTICLE.finditer(words.fold(question.text))
    }
    return {s for s in missing if not set(stems).isdisjoint(as_one.get(words.fold(question.surface[s]), ()))}


def _hyphened(question: Question, missing: Sequence[str], text: str, stems: Set[str]) -> set[str]:
    """The question's words that a text writes with a hyphen, and those with one that it writes without: Wi-Fi."""
    joined = {words.fold(m[1] + m[2]) for m in _HYPHENED.finditer(text)}
    said = {s for s in missing if words.fold(question.surface[s]) in joined}
    for match in _HYPHENED.finditer(question.text):
        whole, both = (words.stems(part, question.language) for part in (match[1] + match[2], match.group()))
        if not stems.isdisjoint(whole):
            said.update(s for s in missing if s in both)
    return said


def _alike(question: Question, held: Set[str]) -> set[str]:
    """The question's words that are not held but said in another word: installed, fitted."""
    return {
        stem
        for stem in question.stems
        if stem not in held and not synonyms.of(stem, question.language).isdisjoint(held)
    }


def _in_compound(stem: str, stems: Sequence[str]) -> bool:
    """Whether one of the words begins or ends with it, as a German compound does with its parts."""
    return any(
        len(said) >= len(stem) + _REST and (said.startswith(stem) or said.endswith(stem)) for said in stems
    )


def joined(question: Question, held: Set[str], own: Sequence[str], above: Sequence[str]) -> set[str]:
    """The question's compounds of which a German sentence says one part and what stands above it the other: of the
    Zahnarzttermin "Termin am 17. September" below "Zahnarzt"."""
    return {
        stem
        for stem in question.stems
        if stem not in held and len(stem) >= 2 * _SHORT_PART and _parted(stem, own, above)
    }


def _parted(compound: str, own: Sequence[str], above: Sequence[str]) -> bool:
    for one, other in ((own, above), (above, own)):
        for first in one:
            if len(first) < _SHORT_PART or not compound.startswith(first):
                continue
            rest = compound[len(first) :]
            if any(
                len(last) >= _SHORT_PART and _is_part(rest, form)
                for last in other
                for form in (last, *(f"{s}{last}" for s in _LINKS))
            ):
                return True
    return False


def _is_part(rest: str, form: str) -> bool:
    """Whether the rest of a compound's stem is a part: of "dachrechn" that of "rechnung", which is longer."""
    cut = form.startswith(rest) and len(rest) >= _SHORT_PART and len(form) - len(rest) <= _CUT
    return rest == form or cut


def below_prices(question: Question, there: Set[str]) -> set[str]:
    """The words for "cost" in a question of which a row below a column of prices holds all others."""
    said = {stem for stem in question.stems if awaited.costs(question, stem)}
    return said if set(question.stems) - said - question.everyday <= there else set()
