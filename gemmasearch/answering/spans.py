"""Dates, numbers, amounts of money, names, codes, colours, places and quoted strings in a text, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gemmasearch import light, stopwords
from gemmasearch.answering import tongues, words
from gemmasearch.answering.numbers import MONTH_NAMES
from gemmasearch.light import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: str  # "date", "time", "money", "number", "name", "quote", "code"


_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|ene(?:ro)?|feb(?:ruary|ruar|rero)?|f[ée]v(?:r(?:ier)?)?|mar(?:ch|s|zo)?"
    r"|m[äa]rz|apr(?:il)?|avr(?:il)?|abr(?:il)?"
    r"|may|mai|mayo|june?|juni|juin|junio|july?|juli|juillet|julio|aug(?:ust)?|ao[uû]t|agosto"
    r"|sept?(?:ember|embre|iembre)?"
    r"|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|de[cz](?:ember)?|d[ée]c(?:embre)?"
    r"|dic(?:iembre)?)\b\.?"
)
_DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag"
    r"|freitag|samstag|sonntag"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes"
    r"|s[áa]bado|domingo)s?"
)
WEEKDAY = light.pattern(_DAY, re.I)
_YEAR = r"(?:1\d{3}|20\d{2}|\d{1,4} ?(?:BCE?|AD|CE|v\. ?Chr\.|n\. ?Chr\.))"
_CENTURY = (
    r"(?:(?:early|mid|late|first half of the|second half of the|end of the)[- ])?(?:\d{1,2}(?:st|nd|rd"
    r"|th|\.|e)|[ivx]+e|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth"
    r"|twenty-first)(?: and \d{1,2}(?:st|nd|rd|th))?[- ]"
    r"(?:centur(?:y|ies)|jahrhunderts?|si[èe]cles?)|(?:the )?(?:early |mid-?|late )?\d{3}0'?s"
)
_FEAST = (  # days of the year that are known by a name
    r"christmas(?: (?:eve|day))?|boxing day|new year['’]?s?(?: (?:eve|day))|hogmanay|easter(?: (?:sunday|monday))?"
    r"|good friday|thanksgiving|halloween|heiligabend|weihnachten|silvester|neujahr|ostern|pfingsten|noël"
    r"|pâques|navidad|nochebuena|semana santa"
)
DATE = light.pattern(
    rf"\b(?:(?:{_DAY},? )?(?:the )?\d{{1,2}}(?:st|nd|rd|th|\.)?(?:(?: (?:of"
    rf"|de))? |(?<=\.)){_MONTH}(?:,? (?:de )?{_YEAR})?"
    rf"|(?:{_DAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, ?| ){_YEAR}|{_MONTH}(?: de| of)? {_YEAR}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)"
    rf"|\d{{4}}-\d{{2}}(?:-\d{{2}})?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|{_CENTURY}"
    rf"|{_YEAR}(?:[–-](?:{_YEAR}|\d{{2}}))?|{_DAY}"
    rf"|(?:spring|summer|autumn|fall|winter|fr[üu]hling|sommer|herbst) (?:of )?{_YEAR}"
    rf"|(?:{_FEAST})(?: {_YEAR})?"
    r"|today|tomorrow|yesterday|tonight|(?:next|last|this) (?:week|month|year|spring|summer|autumn"
    r"|winter)|heute|morgen|gestern|demain|hier|ma[ñn]ana)\b",
    re.I,
)
_MONTH_ALONE = light.pattern(rf"\b(?:{MONTH_NAMES})\b")
TIME = light.pattern(
    r"\b\d{1,2}[:.]\d{2}(?: ?(?:am|pm|a\.m\.|p\.m\.|Uhr|h))?(?!\d)|\b\d{1,2} ?h ?[0-5]\d\b"
    r"|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|o'clock|Uhr|h)\b",
    re.I,
)
_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh"
    r"|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?"
    r"|hundreds?|thousands?|dozens?|a dozen|half|twice|once|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
    r"|zehn|elf|zwölf|hundert|tausend"
    r"|deux|trois|quatre|cinq|sept|huit|neuf|dix|douze|vingt|cent|mille|dos|tres|cuatro|cinco|seis|siete"
    r"|ocho|nueve|diez|doce|veinte|cien|mil)"
)
_COUNTS = light.pattern(_WORDS, re.I)  # "Three firms" is no name
# A pronoun: "the new one", "broke one in 2022".
_ONE = light.pattern(
    r"(?<=\b(?:the|any|new|old) )one\b|(?<=\b(?:this|that|each|last|left|next) )one\b"
    r"|(?<=\b(?:which|other|first|right|small|large) )one\b"
    r"|\bone(?= (?:of|in|by|at|to|who|that|which|is|was|has|had)\b|[.,;:!?)]|$)",
    re.I,
)
_SCALE = (
    r"(?: ?(?:million|billion|trillion|thousand|hundred|Mio\.?|Mrd\.?|Millionen|Milliarden|millions"
    r"|milliards|millones|k)\b)?"
)
_DIGITS = r"[-−–]?(?<!\d)\d+(?:[.,'’  ]\d{3}){0,6}(?:[.,]\d+)?"
MONEY = light.pattern(
    rf"(?:[€$£¥]|\b(?:USD|EUR|GBP|CHF|US\$)) ?{_DIGITS}{_SCALE}|{_DIGITS}{_SCALE} ?(?:€|\$|£|¥|(?:EUR"
    rf"|USD|GBP|CHF|euros?|dollars?|pounds?|pence|cents?|francs?|Franken)\b)",
    re.I,
)
NUMBER = light.pattern(
    rf"(?<![\w.])(?<![^\W\d_][-–]){_DIGITS}{_SCALE}(?: ?[%°‰]| (?:percent|per cent|Prozent|pour cent|por ciento)\b)?"
    rf"|\b{_WORDS}\b(?: {_WORDS}\b)*",
    re.I,
)
_UNIT = light.pattern(
    r"[ -]?(?:[°µ]?[CFKm]\b|km²?|mi|miles?|met(?:re|er)s?|feet|foot|ft|inch(?:es)?|cm|mm|kg|g|grams?"
    r"|lbs?|pounds|tons?|tonnes?|lit(?:re|er)s?|l|ml|kWh|MW|GB|MB|TB"
    r"|years?(?: old)?|months?|weeks?|days?|hours?|minutes?|seconds?|Jahren?|Monaten?|Wochen?|Tagen?"
    r"|Stunden?|Minuten?|ans?|mois|semaines?|jours?|heures?|años?|meses|semanas?|d[ií]as?|horas?"
    r"|people|persons?|times|square \w+|cubic \w+)\b"
)
# Telephone, policy and serial numbers, plates, versions: runs with a digit, and groups of digits behind them.
CODE = light.pattern(
    r"(?<!\w)(?:[A-Z]{1,4}[- ]){0,2}[+(]?(?=[\w/.-]*\d)\w(?:[\w/.-]*\w)?#?(?:[ /-]{1,2}\(?\d[\d/()-]*\)?)*(?!\w)"
)
_LETTERED = light.pattern(  # of an airline: nothing but capitals, behind what it is
    r"\b(?i:confirmation|booking|reservation|locator|pnr|reference|ref|code|buchungs\w*|reservierungs\w*|r[ée]servation"
    r"|r[ée]f[ée]rence|reserva|localizador)\b(?:[ ](?i:code|number|no\.?|ref\w*|is))*[^\w\n]{1,6}([A-Z]{5,8})\b"
)
NUMBERED = light.pattern(
    r"numbers?|nummern?|numeros?"
)  # folded: what a code is called, and need not say itself
_NUMBERED_BEFORE = light.pattern(
    r"\b(?:num(?:ber|[ée]ro)|n[úu]mero|nummer|n[°º]|nr\.?|no\.|version|room|page|chapter|raum|seite|kapitel|salle"
    r"|sala) $",
    re.I,
)
COSTING = light.pattern(  # folded: what an amount of money says by itself
    r"costs?|prices?|pay(?:s|ing)?|paid|(?:re)?payments?|charg(?:e|es|ed|ing)|spen[dt]s?|spending|kosten|kostete?t?|gekostet|preise?|(?:be)?zahl(?:e|en|t|te|ten)|cout(?:e|ent|er)?|prix"
    r"|pay(?:e|er|ons|ez)|cuesta|cuestan|costo|precios?|pag(?:a|ar|amos|an)"
)
_AMOUNT = light.pattern(  # folded: what a column of prices is called, beside these
    r"total|amounts?|fees?|eur(?:os?)?|usd|gbp|chf|betrag|summe|gebuhr(?:en)?|montant|tarif|importe|tarifa"
)
MONEYED = words.listed("money geld argent dinero")  # folded: what an amount of money says by itself, too
LASTING = light.pattern(
    r"periods?|durations?|lengths?|frist(?:en)?|dauer|durees?|delais?|plazos?|duracion"
)  # folded: a stretch of time
DURATION = light.pattern(
    rf"\b(?:\d+|{_WORDS}|an?|ein(?:e[nmrs]?)?|une?)[ -](?:days?|weeks?|months?|years?|hours?|minutes?|tage?n?|wochen?"
    r"|monate?n?|jahre?n?|stunden?|minuten?|jours?|semaines?|mois|ans?|heures?|d[ií]as?|semanas?|mes(?:es)?|años?|horas?|minutos?)\b",
    re.I,
)
HEAT = light.pattern(r"temp(?:erature)?s?|temperatur(?:en)?|temperaturas?")  # folded: what a degree says
DEGREES = light.pattern(  # an oven is hot by itself: "bake at 170"
    r"\d ?(?:[°º]|(?:degrees?|grad|degr[ée]s?|grados?)\b)"
    r"|\b(?:bake|roast|oven|fan|gas mark)\b[^.;\n]{0,20}\b\d{1,3}\b(?! ?(?:min|h\b|hours?|g\b|ml))",
    re.I,
)
COLOURED = light.pattern(r"colou?rs?|farben?|couleurs?|color(?:es)?")  # folded: what a colour is called
_COLOUR = light.pattern(  # folded
    r"\b(?:(?:dark|light|pale|dunkel|hell)?-?(?:red|blue|green|yellow|black|white|grey|gray|brown|orange|purple|pink|violet"
    r"|silver|gold(?:en)?|beige|turquoise|navy|cream|maroon|crimson|ivory|lilac|tan|teal"
    r"|(?:rot|blau|grun|gelb|schwarz|weiss|grau|braun|lila|rosa|violett|silbern|golden|turkis)(?:e[mnrs]?)?)"
    r"|rouges?|bleue?s?|verte?s?|jaunes?|noire?s?|blan(?:cs?|ches?)|grise?s?|bruns?|marrons?|roses?|violette?s?|argentee?s?"
    r"|roj[oa]s?|azul(?:es)?|verdes?|amarill[oa]s?|negr[oa]s?|blanc[oa]s?|gris(?:es)?|naranjas?|morad[oa]s?|platead[oa]s?)\b"
)
_JOIN = r"(?:of|the|de|da|di|del|della|du|des|la|le|van|von|der|den|und|and|&|for|y|e|bin|al|ibn|zu)"
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'\-]*|(?:[A-Z]\.)+)"
NAME = light.pattern(rf"\b{_CAPITAL}(?:(?: {_JOIN}){{0,2}} (?:{_CAPITAL}|[IVX]+\b))*")
KEPT = 1024  # texts whose spans are remembered: each sentence is asked for them again and again
# Of the languages in which names are most asked for: in all of them together Ada, Ben and Sam are function words.
_NOT_A_NAME = words.listed(
    "somebody someone anybody anyone everybody everyone nobody jemand niemand quelqu'un personne alguien nadie"
).union(*map(stopwords.of, ("en", "de", "fr", "es", "it", "nl", "pt")))
QUOTE = light.pattern(r"[\"“„«]([^\"“”„«»]{2,120})[\"”“»]")
ADDRESS = light.pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+")
_PLACE_BEFORE = light.pattern(
    r"\b(?:in|at|from|near|to|of|into|across|throughout|outside|aus|bei|nach|nahe|à|au|aux|chez|près de"
    r"|dans|en|cerca de|desde)(?: the| der| dem| la| le| los| las)? $",
    re.I,
)
_STREET = light.pattern(
    r"(?:\w(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee)|\b(?:Stra(?:ß|ss)e|Str\.|Weg|Gasse|Platz|Allee)) \d"
    r"|\b\d+[a-z]?,? (?:(?i:rue|avenue|place|calle)\b"
    r"|[A-Z]\w+ (?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Way)\b)"
    r"|\b(?i:rue|calle|avenida|plaza) (?:[^\W\d_]|\d)|\b\d{5} [A-ZÄÖÜ]"
)


@lru_cache(maxsize=KEPT)
def dates(text: str) -> tuple[Span, ...]:
    return (
        *(Span(m.start(), m.end(), "date") for m in DATE.finditer(text)),
        *(Span(m.start(), m.end(), "date") for m in _MONTH_ALONE.finditer(text)),
        *(Span(m.start(), m.end(), "time") for m in TIME.finditer(text)),
    )


@lru_cache(maxsize=KEPT)
def numbers(text: str) -> tuple[Span, ...]:
    found = [Span(m.start(), m.end(), "money") for m in MONEY.finditer(text)]
    for m in NUMBER.finditer(text):
        unit = _UNIT.match(text, m.end())
        found.append(Span(m.start(), unit.end() if unit else m.end(), "number"))
    return tuple(found)


@lru_cache(maxsize=KEPT)
def counting(text: str) -> tuple[Span, ...]:
    """Numbers that are no part of a date and no name of a thing: the day of a date and "number 2" count nothing."""
    dated = [(span.start, span.end) for span in dates(text)]
    return tuple(
        span
        for span in numbers(text)
        if not _NUMBERED_BEFORE.search(text[max(0, span.start - 12) : span.start])
        and not ((one := _ONE.match(text, span.start)) and one.end() == span.end)
        and not any(a <= span.start and span.end <= b and b - a > span.end - span.start for a, b in dated)
    )


def names(text: str) -> Iterator[Span]:
    """Runs of capitalised words; a capitalised function word at their head and the names of days and months
    are none."""
    taken = [(span.start, span.end) for span in dates(text)]
    taken += [m.span() for m in MONEY.finditer(text)]
    for m in NAME.finditer(text):
        if any(a <= m.start() and m.end() <= b for a, b in taken):
            continue
        start = m.start()
        for word in re.finditer(r"\S+ ?", m.group()):
            bare = word.group().strip()
            if words.fold(bare) not in _NOT_A_NAME and not _COUNTS.fullmatch(bare):
                break
            start = m.start() + word.end()
        if start < m.end():
            yield Span(start, m.end(), "name")


def codes(text: str) -> Iterator[Span]:
    """Runs with digits that stand for a thing: no dates, no amounts of money."""
    yield from (Span(m.start(1), m.end(1), "code") for m in _LETTERED.finditer(text))
    taken = [(span.start, span.end) for span in dates(text)]
    taken += [m.span() for m in MONEY.finditer(text)]
    for m in CODE.finditer(text):
        if not any(a <= m.start() and m.end() <= b for a, b in taken):
            yield Span(m.start(), m.end(), "code")


def coloured(text: str) -> bool:
    """Whether a text tells a colour."""
    return _COLOUR.search(words.fold(text)) is not None


def placed(text: str) -> bool:
    """Whether a text tells a place: a name behind a preposition or a street.

    >>> placed("Anna lives in Jena"), placed("Anna, Hauptstraße 44"), placed("Anna,2025,Jena")
    (True, True, False)
    """
    if _STREET.search(text) or ADDRESS.search(text):
        return True
    return any(behind_place(text, span) for span in names(text))


def behind_place(text: str, span: Span) -> bool:
    """Whether a preposition of place stands right before a span."""
    return _PLACE_BEFORE.search(text[max(0, span.start - 20) : span.start]) is not None


def priced(head: str) -> bool:
    """Whether the names of a table's columns call one of them a price, cost or amount.

    >>> priced("item,supplier,total_eur")
    True
    """
    return any(
        COSTING.fullmatch(word) or _AMOUNT.fullmatch(word)
        for word in re.findall(r"[^\W\d_]+", words.fold(head))
    )


def moneyed(text: str) -> bool:
    """Whether a text names an amount of money, with its currency."""
    return MONEY.search(text) is not None or tongues.amount_in(text)


def quotes(text: str) -> Iterator[Span]:
    yield from (Span(m.start(1), m.end(1), "quote") for m in QUOTE.finditer(text))
