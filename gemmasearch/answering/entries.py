"""The entry of a day: what a diary has below the day that is asked about says no word of "what did I do then"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import evidence, surroundings, words
from gemmasearch.answering.days import Named, named, states
from gemmasearch.answering.numbers import days_in
from gemmasearch.answering.question import Question, understand
from gemmasearch.answering.sentences import Unit
from gemmasearch.documents import Condition, Evidence, Hit
from gemmasearch.retrieval.dates import span as spanned

if TYPE_CHECKING:
    from datetime import datetime

DATED = ("mail", "event")  # kinds of documents whose date is that of what they tell
MOST, MOST_OF_MONTH = 4, 8  # sentences of the entries of a day, and of a week or month
LONGER = "there is more of that time in the sources"
_KINDS = frozenset({"what", "how", "list", "summary", "when", "yesno", "number"})
_WHATEVER = words.listed(  # that something was done or noted on a day
    """do did done doing happen happened happening happens happenings going go on went up plan plans planned planning
    schedule scheduled write wrote written note noted notes diary journal calendar entry entries agenda appointment
    appointments event events day made passiert passierte geschehen geschah gemacht getan los geplant tagebuch eintrag
    eintrage kalender termin termine tag fait passe passa arrive arriva prevu rendez-vous jour hice hizo hicimos paso
    ocurrio diario cita citas dia steht stehen liegt liegen anything something list show tell
    give meeting meetings came come comes in get got gotten receive received arrive arrived arrives new kam kamen
    gekommen bekam bekommen erhalten neu neues recu recibi recibido llego"""
)


_MAIL = words.listed(
    """mail mails email emails e-mail e-mails message messages nachricht nachrichten courriel courriels correo
    correos"""
)
_COUNTED = {
    "vorgestern": -2, "yesterday": -1, "gestern": -1, "ayer": -1, "today": 0, "heute": 0, "aujourd'hui": 0, "hoy": 0,
    "tomorrow": 1, "demain": 1, "morgen": 1,
}  # fmt: skip
_FROM_TODAY = light.pattern(  # "am Morgen" and "heute morgen" are no tomorrow
    rf"(?<!\bam )(?<!heute )(?<!gestern )\b(?:on )?(the day before )?({'|'.join(_COUNTED)})\b", re.I
)
_DAYS = {
    day: at
    for at, days in enumerate(
        ("monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag",
         "saturday samstag sonnabend", "sunday sonntag")
    )
    for day in days.split()
}  # fmt: skip
_WEEKDAY = light.pattern(rf"\b(?:on|am) (?:next |last )?({'|'.join(_DAYS)})\b", re.I)
_WEEK = light.pattern(
    r"\b(?:in |for )?(?:(this|diese[rn]?)|(next|coming|nächste[rn]?|kommende[rn]?)|(?:last|past|letzte[rn]?))"
    r" (?:week|woche)\b",
    re.I,
)
_OF_NO_YEAR = (
    light.pattern(r"\b\d{1,2}(?:st|nd|rd|th|er|\.)? (?:of |de )?[^\W\d_]{3,}\b(?!,? \d{4})"),
    light.pattern(r"\b[^\W\d_]{3,} \d{1,2}(?:st|nd|rd|th)?\b(?!,? \d{4})"),
)
_WAS = light.pattern(
    r"\b(?:did|happened|was|were|had|wrote|noted|war|waren|passiert\w*|geschah|gemacht|fait|hice|paso)\b",
    re.I,
)


def dated(question: str, now: datetime | None = None) -> str:
    """A question for whatever was on a day that counts from today, or names no year, with the day in digits: of the
    years that may be meant the nearest, or the last that has been.

    >>> from datetime import datetime
    >>> dated("What did I do yesterday?", datetime(2026, 3, 1))
    'What did I do 2026-02-28?'
    >>> dated("What did Dana write yesterday?", datetime(2026, 3, 1))
    'What did Dana write yesterday?'
    """
    from datetime import datetime

    now = now or datetime.now()
    was = _WAS.search(question) is not None
    day = None
    if found := _FROM_TODAY.search(question):
        day = _from_today(found, now)
    elif found := _WEEKDAY.search(question):
        day = _of_week(_DAYS[found[1].lower()], now, was=was)
    else:
        dates = (match for pattern in _OF_NO_YEAR for match in pattern.finditer(question))
        found = next((match for match in dates if len(days_in(match.group())) == 1), None)
        day = _meant(*min(days_in(found.group())), now, was=was) if found else None
    if day is None or found is None:
        return question
    written = f"{question[: found.start()]}{day.date().isoformat()}{question[found.end() :]}"
    return written if asks(understand(written)) else question


def week(question: str, now: datetime | None = None) -> list[Condition]:
    """Filters for what has a date of its own in the week that a question for whatever is on names; [] = none."""
    from datetime import datetime, timedelta

    found = _WEEK.search(question)
    if found is None:
        return []
    now = now or datetime.now()
    if not asks(understand(f"{question[: found.start()]}{now.date().isoformat()}{question[found.end() :]}")):
        return []
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    first = monday + timedelta(weeks=0 if found[1] else 1 if found[2] else -1)
    return _within(first.timestamp(), (first + timedelta(weeks=1)).timestamp())


def _within(low: float, high: float) -> list[Condition]:
    return [Condition("has", "is", "date"), Condition("date", ">=", low), Condition("date", "<", high)]


def _of_week(weekday: int, now: datetime, *, was: bool) -> datetime:
    """The next such day, today among them, or the last."""
    from datetime import timedelta

    return now + timedelta(days=(weekday - now.weekday()) % 7 - 7 * was)


def _from_today(found: re.Match[str], now: datetime) -> datetime:
    from datetime import timedelta

    return now + timedelta(days=_COUNTED[found[2].lower()] - bool(found[1]))


def _meant(month: int, day: int, now: datetime, *, was: bool) -> datetime | None:
    """The day of that name that is nearest to now, or the last one; None where no year has it."""
    found = []
    for year in (now.year - 1, now.year, now.year + 1):
        try:
            found.append(now.replace(year=year, month=month, day=day))
        except ValueError:  # the 29th of February, the 31st of April
            continue
    return min(
        (each for each in found if each <= now or not was), key=lambda each: abs(each - now), default=None
    )


def asks(question: Question) -> bool:
    """Whether it asks for whatever was on a day.

    >>> from gemmasearch.answering.question import understand
    >>> asks(understand("What did I do on 4 July 2026?"))
    True
    >>> asks(understand("Who came on 4 July 2026?"))
    False
    """
    of = named(question.text, question.language)
    if of is None or question.kind not in _KINDS:
        return False
    rest = (words.fold(question.surface[stem]) for stem in question.stems if stem not in of.stems)
    return all(word in _WHATEVER or word in _MAIL for word in rest)


def of_mail(question: Question) -> list[Condition]:
    """A filter for mail, if that is what is asked for."""
    asked = any(words.fold(word) in _MAIL for word in question.surface.values())
    return [Condition("type", "is", "mail")] if asked else []


def span(question: Question) -> list[Condition]:
    """Filters for what has a date of its own, that of the day that is asked for."""
    from datetime import datetime

    of = named(question.text, question.language)
    if of is None:
        return []
    year, month, day = of.day
    text = f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"
    low, high = spanned(text, datetime.now().astimezone()) or (None, None)
    if low is None or high is None:
        return []
    return _within(low, high)


def of_event(hit: Hit) -> list[Evidence]:
    """The line of an entry of a calendar that says when it is; [] of any other hit."""
    units = [unit for unit in surroundings.honest(hit) if any(map(str.isdigit, unit.of(hit.text)))]
    first = units[:1] if hit.kind == "event" else []
    return [Evidence(unit.of(hit.text), hit, 1.0, None, evidence.line_at(hit, unit)) for unit in first]


def label(question: Question, item: Evidence) -> str:
    """What a sentence is to be told with: of a mail or an event of that day its title."""
    of_day = item.hit.kind in DATED and item.text != item.hit.title
    return item.hit.title if of_day and (asks(question) or week(question.text)) else ""


def most(question: Question) -> int:
    """How many sentences are told."""
    of = named(question.text, question.language)
    return MOST if of is not None and of.day.day else MOST_OF_MONTH


def told_by(question: Question, hits: Sequence[Hit]) -> list[Evidence]:
    """The sentences of the entries of the day that is asked for, in their order; [] = there are none."""
    of = named(question.text, question.language)
    if of is None:
        return []
    in_order = sorted(hits, key=lambda hit: (hit.date or 0.0, hit.path, hit.start))
    found = [(hit, unit) for hit in in_order for unit in _entry(of, hit)]
    return [
        Evidence(unit.of(hit.text), hit, hit.score, (unit.start, unit.end), evidence.line_at(hit, unit))
        for hit, unit in found
    ]


def _entry(of: Named, hit: Hit) -> Iterator[Unit]:
    """What a hit says of the day: below its heading, in a sentence that names it, or in a note of that day."""
    units = surroundings.honest(hit)
    headings = [unit for unit in units if unit.kind == "heading"]
    moment = surroundings.moment_of(hit) if hit.kind == "note" else None
    own = moment is not None and of.day in {(moment.year, moment.month, at) for at in (moment.day, 0)}
    for unit in units:
        if unit.kind == "heading":
            continue
        above = surroundings.heading_with_day(hit, headings, unit)
        if states(of, above) if above else own or states(of, unit.of(hit.text)):
            yield unit
