"""Senders and times that a question names: "what did Dana write about the boiler in March" is asked of Dana's mail
of March.

A scope is a guess, so it is tried first and given up when nothing inside it answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.numbers import MONTH_NAMES, months_in
from gemmasearch.answering.question import TITLE, Question
from gemmasearch.documents import Condition
from gemmasearch.retrieval import dates

_NAME = (
    rf"(?:(?:{TITLE}|Madame|Monsieur|Señora?|Don|Doña)\.? )?"
    rf"(?P<name>{words.CAPITAL}[\w'’.-]+(?: {words.CAPITAL}[\w'’.-]+)?)"
)
_SAID = (
    r"(?:write|wrote|written|say|said|tell|told|ask|asked|want|wanted|send|sent|mention|mentioned|reply"
    r"|replied"
    r"|answer|answered|suggest|suggested|report|reported|promise|promised|propose|proposed)"
)


def _senders(name: str) -> tuple[str, ...]:
    """Where a question says of a ``name`` that it is a sender's; the second of them is at home in any sentence."""
    return (
        rf"\b(?:did|does|has|had) {name} (?:\w+ )?{_SAID}\b",
        rf"\b{name} {_SAID}\b",
        rf"\b(?:(?:[Ee]-?)?[Mm]ails?|messages?|letters?|Nachricht(?:en)?|courriels?|correos?) (?:from|by|von"
        rf"|de) {name}",
        rf"\b(?:hat|hatte) {name} .*(?:geschrieben|gesagt|gefragt|geschickt|gemeint|vorgeschlagen)\b",
        rf"\b(?:schrieb|sagte|fragte|schickte|meinte) {name}",
        rf"\b{name} a(?:-t-(?:il|elle))? (?:écrit|dit|demandé|envoyé|proposé)\b",
        rf"\b(?:escribió|dijo|preguntó|envió|propuso) {name}",
    )


_SENDERS = tuple(light.pattern(pattern) for pattern in _senders(_NAME))
# As names are typed in haste; whether one is a name, the index has to say.
_SMALL = tuple(light.pattern(pattern) for pattern in _senders(r"(?P<name>[^\W\d_][\w-]+)"))
_ANYWHERE = 1
_TIME = light.pattern(
    rf"\b(?:(?:in|im|en|during|of|de|on|am|le|el)\s+)?(?P<time>(?:{MONTH_NAMES})(?:\s+(?:de\s+)?\d{{4}})?"
    rf"|(?:last|this) (?:week|month|year)|yesterday|today"
    r"|\d{4}-\d{2}(?:-\d{2})?|(?<=in )\d{4})\b",
    re.I,
)
# Without a sender a time may be what the question is about ("what happened in 1914"), unless it counts from today
# or says of what kind of document it is the time.
_WHEN_WRITTEN = light.pattern(
    r"\b(?:(?:last|this) (?:week|month|year)|yesterday|today)\b"
    r"|\b(?:e-?mails?|messages?|letters?|notes?|invoices?|bills?|nachricht(?:en)?|rechnung(?:en)?|brief[e]?|courriels?"
    r"|factures?|correos?|facturas?)\b.*\b(?:in|from|of|im|vom|en|de)\b",
    re.I,
)
# A year that counts from today, and how far off it is.
_COUNTED_YEAR = tuple(
    (light.pattern(rf"(?<![\"'’])\b(?:{pattern})\b(?:['’]s\b)?", re.I), off)
    for pattern, off in (
        (
            r"(?:in )?the year before last|(?:im )?vorletzte[ns] jahr|il y a deux ans|hace dos años",
            -2,
        ),
        (
            r"(?<!the )(?:last|previous) year|(?:im )?(?:letzte|vergangene|vorige)[ns] jahr"
            r"|l['’]an(?:née)? (?:dernière?|dernier|passée?)|(?:el )?año pasado",
            -1,
        ),
        (r"this year|(?:in )?diese[ms] jahr|heuer|cette année|este año", 0),
        (
            r"(?<!the )next year|(?:im )?(?:nächste|kommende)[ns] jahr|l['’]an(?:née)? prochaine?"
            r"|(?:el )?(?:próximo año|año que viene)",
            1,
        ),
    )
)
_YEARS = 6  # that a month without its year is looked for in
_NO_NAMES = frozenset(
    ("I", "We", "You", "He", "She", "They", "It", "Who", "What", "The", "Did", "Anyone", "Somebody")
)


_WHEN = light.pattern(
    r"\W*(?:on )?(?:when|what (?:day|date)) (?:did|has|had|does) (?:[\w'’.-]+ ){1,4}"
    r"(?:write|wrote|written|send|sent|reply|replied|answer|answered|e?-?mail|e?-?mailed)\b"
    r"|\W*wann (?:hat|hatte) (?:[\w'’.-]+ ){1,9}(?:geschrieben|geschickt|geantwortet|gemailt)\b"
    r"|\W*wann (?:schrieb|schickte|antwortete) [\w'’.-]"
    r"|\W*quand (?:est-ce que )?[^?]{1,60}(?:écrit|envoyé|répondu)\b"
    r"|\W*cuándo (?:escribió|envió|respondió|contestó)\b",
    re.I,
)


def asks_when_written(question: str) -> bool:
    """Whether it is asked when somebody wrote: the day of the message answers, and none that it names.

    >>> asks_when_written("When did Dana write about the boiler?"), asks_when_written("When did Dana say it comes?")
    (True, False)
    """
    return _WHEN.match(question) is not None


def named_in(question: str, now: datetime | None = None) -> tuple[Condition, ...]:
    """Filters for the sender and the time of the documents that the question names; () where it names none.

    >>> named_in("What did Dana write about the boiler?")
    (Condition(field='from', op='has', value='Dana', negated=False),)
    """
    match = next((m for p in _SENDERS if (m := p.search(question)) and m["name"] not in _NO_NAMES), None)
    if match is None:
        return _time(question, now or datetime.now().astimezone()) if _WHEN_WRITTEN.search(question) else ()
    name = re.sub(r"['’]s$", "", match["name"])
    return (Condition("from", "has", name), *_time(question, now or datetime.now().astimezone()))


def as_written(question: str, writes: Callable[[str], bool]) -> str:
    """The question with a capital where it may name a sender in small letters, if such a one ``writes``.

    >>> as_written("what did dana write in april", lambda name: name == "dana")
    'what did Dana write in april'
    """
    if any(c.field == "from" for c in named_in(question)):
        return question
    for number, pattern in enumerate(_SMALL):
        match = None if number == _ANYWHERE else pattern.search(question)
        if match and words.stems(match["name"], words.guess_language(question)) and writes(match["name"]):
            at = match.start("name")
            return question[:at] + question[at].upper() + question[at + 1 :]
    return question


_IN = {"de": "im Jahr", "fr": "en", "es": "en"}


def dated(question: str, now: datetime | None = None) -> str:
    """The question with the number of a year that counts from today: rows of a table and entries of a diary say the
    number, and what they say of another year is no answer.

    >>> dated("What did the sweep cost last year?", datetime(2026, 3, 1))
    'What did the sweep cost in 2025?'
    """
    for pattern, off in _COUNTED_YEAR:
        if pattern.search(question):
            year = (now or datetime.now()).year + off
            return pattern.sub(f"{_IN.get(words.guess_language(question), 'in')} {year}", question)
    return question


def scopes_of(question: str, now: datetime | None = None) -> list[tuple[Condition, ...]]:
    """What :func:`named_in` finds, as it may be meant, likeliest first: "in March" is that of this year, else of one
    before it."""
    now = now or datetime.now().astimezone()
    time = _TIME.search(question)
    years = (
        1
        if time is None or re.search(r"\d{4}", time["time"]) or not months_in(time["time"].title())
        else _YEARS
    )
    back = (now.replace(year=now.year - n, day=min(now.day, 28)) if n else now for n in range(years))
    return list(dict.fromkeys(named_in(question, each) for each in back))


def _time(question: str, now: datetime) -> tuple[Condition, ...]:
    match = _TIME.search(question)
    if match is None:
        return ()
    said = " ".join(match["time"].split())
    if months := months_in(said.title()):
        year = re.search(r"\d{4}", said)
        said = f"{dates.MONTHS[min(months) - 1]} {year.group() if year else ''}".strip()
    span = dates.span(said, now)
    if span is None:
        return ()
    low = (Condition("date", ">=", span[0]),) if span[0] is not None else ()
    return low + ((Condition("date", "<", span[1]),) if span[1] is not None else ())


def described(conditions: Sequence[Condition]) -> str:
    """What the conditions keep, for people: "from Dana", "of that time", or both."""
    said = [f"from {c.value}" for c in conditions if c.field == "from"]
    return " ".join([*said, *(["of that time"] if any(c.field == "date" for c in conditions) else [])])


def beyond(question: Question, conditions: Sequence[Condition]) -> Question:
    """The question without the words that became filters: within Dana's mail nothing need say that Dana wrote it. A
    question of these words alone keeps none."""
    if not conditions:
        return question
    spoken = {
        stem for c in conditions if c.field == "from" for stem in words.stems(str(c.value), question.language)
    }
    spoken |= {
        words.stems(verb, question.language)[0] for verb in _VERBS if words.stems(verb, question.language)
    }
    spoken |= {
        stem for stem, word in question.surface.items() if months_in(word.title()) or _TIME.fullmatch(word)
    }
    if any(c.field == "date" for c in conditions) and (time := _TIME.search(question.text)):
        spoken |= {token.stem for token in words.tokens(time["time"], question.language)}
    stems = tuple(stem for stem in question.stems if stem not in spoken)
    names = tuple(stem for stem in question.names if stem not in spoken)
    return replace(question, stems=stems, names=names)


_VERBS = sorted(
    words.listed(
        """write wrote written say said tell told ask asked want send sent mention reply answer suggest report promise
        propose mail message letter geschrieben gesagt gefragt geschickt gemeint schrieb sagte fragte schickte
        frau herr herrn mr mrs ms dr prof madame monsieur señor señora
        nachricht écrit dit demandé envoyé escribió dijo preguntó envió"""
    )
)
