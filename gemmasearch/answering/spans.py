"""Dates, numbers, names and quoted strings in a text, and which of them answers a kind of question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gemmasearch import light, stopwords
from gemmasearch.answering import secrets, tongues, words
from gemmasearch.answering.numbers import MONTH_NAMES
from gemmasearch.answering.question import COUNTED, Question
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
    r"costs?|prices?|pay(?:s|ing)?|paid|kosten|kostete?t?|preise?|(?:be)?zahl(?:e|en|t|te|ten)|cout(?:e|ent|er)?|prix"
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
COLOURED = light.pattern(r"colou?rs?|farben?|couleurs?|color(?:es)?")  # folded: what a colour is called
_COLOUR = light.pattern(  # folded
    r"\b(?:(?:dark|light|pale|dunkel|hell)?-?(?:red|blue|green|yellow|black|white|grey|gray|brown|orange|purple|pink|violet"
    r"|silver|gold(?:en)?|beige|turquoise|navy|cream|maroon|crimson|ivory|lilac|tan|teal"
    r"|(?:rot|blau|grun|gelb|schwarz|weiss|grau|braun|lila|rosa|violett|silbern|golden|turkis)(?:e[mnrs]?)?)"
    r"|rouges?|bleue?s?|verte?s?|jaunes?|noire?s?|blan(?:cs?|ches?)|grise?s?|bruns?|marrons?|roses?|violette?s?|argentee?s?"
    r"|roj[oa]s?|azul(?:es)?|verdes?|amarill[oa]s?|negr[oa]s?|blanc[oa]s?|gris(?:es)?|naranjas?|morad[oa]s?|platead[oa]s?)\b"
)
# Before what something is now: "raised from 28 to" 31, "von 920 Euro auf" 968.
_CHANGED = light.pattern(
    r"\b(?:rais\w+|increas\w+|r[io]sen?|grew|lower\w+|reduc\w+|drop\w+|fell|chang\w+|cut|(?:er|ge)?höh\w+|\w*st[ie]+g\w*"
    r"|\w*senk\w*|\w*änder\w*|augment\w+|baiss\w+|pass(?:e|é|er)|aument\w+|sub[eió]\w*|baj\w+|camb\w+|red\w+)\b"
    r".* (?:from|von|de) \D{0,3}\d[\d.,]*\D{0,12} (?:to|auf|à|a) \D{0,3}$",
    re.I | re.S,
)
_JOIN = r"(?:of|the|de|da|di|del|della|du|des|la|le|van|von|der|den|und|and|&|for|y|e|bin|al|ibn|zu)"
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'\-]*|(?:[A-Z]\.)+)"
NAME = light.pattern(rf"\b{_CAPITAL}(?:(?: {_JOIN}){{0,2}} (?:{_CAPITAL}|[IVX]+\b))*")
_NOT_A_NAME = stopwords.everything()
QUOTE = light.pattern(r"[\"“„«]([^\"“”„«»]{2,120})[\"”“»]")
ADDRESS = light.pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+")
_PLACE_BEFORE = light.pattern(
    r"\b(?:in|at|from|near|to|of|into|across|throughout|outside|aus|bei|nach|nahe|à|au|aux|chez|près de"
    r"|dans|en|cerca de|desde)(?: the| der| dem| la| le| los| las)? $",
    re.I,
)

_KEPT = light.pattern(  # where things are: "in the slate box", "hinter dem Schrank"
    r"\b(?:in|inside|under|underneath|behind|beside|above|below|near|next to|on top of|on|at) "
    r"(?:the|a|an|my|our|your|his|her) [^\W\d_]"
    r"|\b(?:im|am|unter(?:m| d\w\w)|hinter(?:m| d\w\w)|neben d\w\w|in d\w\w|auf d\w\w|über d\w\w) [^\W\d_]"
    r"|\b(?:dans|sous|sur|derrière|à côté d[eu]|en|debajo de|detrás de|dentro de|sobre|encima de)"
    r" (?:l[ea]s?|l['’]|une?|el|los|las|mon|ma|mes|mi|mis)\b",
    re.I,
)
_STREET = light.pattern(
    r"(?:\w(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee)|\b(?:Stra(?:ß|ss)e|Str\.|Weg|Gasse|Platz|Allee)) \d"
    r"|\b\d+[a-z]?,? (?:(?i:rue|avenue|place|calle)\b"
    r"|[A-Z]\w+ (?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Way)\b)"
    r"|\b(?i:rue|calle|avenida|plaza) (?:[^\W\d_]|\d)|\b\d{5} [A-ZÄÖÜ]"
)


def dates(text: str) -> Iterator[Span]:
    yield from (Span(m.start(), m.end(), "date") for m in DATE.finditer(text))
    yield from (Span(m.start(), m.end(), "date") for m in _MONTH_ALONE.finditer(text))
    yield from (Span(m.start(), m.end(), "time") for m in TIME.finditer(text))


def numbers(text: str) -> Iterator[Span]:
    for m in MONEY.finditer(text):
        yield Span(m.start(), m.end(), "money")
    for m in NUMBER.finditer(text):
        unit = _UNIT.match(text, m.end())
        yield Span(m.start(), unit.end() if unit else m.end(), "number")


def _counting(text: str) -> Iterator[Span]:
    """Numbers that are no part of a date and no name of a thing: the day of a date and "number 2" count nothing."""
    dated = [(span.start, span.end) for span in dates(text)]
    for span in numbers(text):
        if not _NUMBERED_BEFORE.search(text[max(0, span.start - 12) : span.start]) and not any(
            a <= span.start and span.end <= b and b - a > span.end - span.start for a, b in dated
        ):
            yield span


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
            if words.fold(word.group().strip()) not in _NOT_A_NAME:
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
    return any(_PLACE_BEFORE.search(text[max(0, span.start - 20) : span.start]) for span in names(text))


def priced(head: str) -> bool:
    """Whether the names of a table's columns call one of them a price, cost or amount.

    >>> priced("item,supplier,total_eur")
    True
    """
    return any(
        COSTING.fullmatch(word) or _AMOUNT.fullmatch(word)
        for word in re.findall(r"[^\W\d_]+", words.fold(head))
    )


def told(question: Question) -> set[str]:
    """The stems of a question but for what a number, an amount or a colour is called: they need not be called so."""
    return {stem for stem in question.stems if not _says_itself(question, words.fold(question.surface[stem]))}


def topic(question: Question) -> set[str]:
    """The same without everyday words: what its answer must speak of."""
    return told(question) - question.everyday


def costs(question: Question, stem: str) -> bool:
    """Whether an amount of money says a word of a question by itself."""
    word = words.fold(question.surface[stem])
    return COSTING.fullmatch(word) is not None or tongues.costs(word, question.language)


def moneyed(text: str) -> bool:
    """Whether a text names an amount of money, with its currency."""
    return MONEY.search(text) is not None or tongues.amount_in(text)


def _says_itself(question: Question, word: str) -> bool:
    return tongues.costs(word, question.language) or any(
        pattern.fullmatch(word) for pattern in (NUMBERED, COSTING, COLOURED, LASTING)
    )


def quotes(text: str) -> Iterator[Span]:
    yield from (Span(m.start(1), m.end(1), "quote") for m in QUOTE.finditer(text))


_WANTED = {
    "when": (dates,),
    "number": (_counting,),
    "money": (_counting,),
    "who": (names,),
    "where": (names,),
    "what": (quotes, names),
    "list": (names,),
}


def answering(question: Question, text: str, language: str = "") -> tuple[int, int] | None:
    """The span of ``text`` that answers by the kind of the question, or None: nearest to the question's own
    words, holding a word that the question does not hold."""
    best: tuple[float, int, int] | None = None
    asked = set(question.stems)
    language = language or words.guess_language(text)
    at = [token.start for token in words.tokens(text, language) if token.stem in asked]
    coded = [*codes(text)] if question.asks_code else []
    for span in coded or [span for find in _WANTED.get(question.kind, ()) for span in find(text)]:
        score = _score(question.kind, span, text, language, asked, at)
        if score is not None and (best is None or score > best[0]):
            best = (score, span.start, span.end)
    return best[1:] if best else None


def _score(kind: str, span: Span, text: str, language: str, asked: set[str], at: list[int]) -> float | None:
    piece = text[span.start : span.end]
    stems = words.stems(piece, language) or [piece.strip()]
    fresh = [stem for stem in stems if stem not in asked]
    if not fresh:
        return None
    near = min((min(abs(a - span.start), abs(a - span.end)) for a in at), default=len(text))
    score = len(fresh) / len(stems) - near / 60
    if kind in COUNTED:
        score += 0.2 * min(4, len(piece.split()))
    if kind == "when" and span.kind == "time":
        score -= 1.0
    if kind == "money" and span.kind == "money":
        score += 3.0
    if kind in ("number", "money") and _CHANGED.search(text[: span.start]):
        score += 1.0
    if kind == "number" and span.kind == "number" and _YEAR_ALONE.fullmatch(piece.strip()):
        score -= 1.5  # looks like a year
    if kind == "where" and _PLACE_BEFORE.search(text[max(0, span.start - 20) : span.start]):
        score += 1.0
    if kind in ("who", "where", "what") and span.start == 0:
        score -= 0.2 if len(piece.split()) > 1 else 0.6
    return score


def wanted_kinds(kind: str) -> tuple[str, ...]:
    """The kinds of spans that a question of this kind waits for; empty = anything."""
    return {
        "when": ("date", "time"),
        "number": ("number", "money"),
        "money": ("money", "number"),
        "who": ("name",),
        "where": ("name",),
    }.get(kind, ())


def has_wanted(question: Question, text: str, language: str = "") -> bool:
    """Whether ``text`` holds a span of the awaited kind with a word that the question does not hold."""
    kinds = wanted_kinds(question.kind)
    asked = set(question.stems)
    if question.asks_code:
        told = (text[span.start : span.end] for span in codes(text))
        fresh = [code for code in told if not asked.issuperset(words.stems(code, language) or [code])]
        return secrets.held(question, text, fresh)
    if not kinds:
        return True
    language = language or words.guess_language(text)
    if question.kind in COUNTED and tongues.foreign(language):
        return tongues.holds(question.kind, _without_asked(question, text), language)
    finders = {"date": dates, "time": dates, "number": _counting, "money": _counting, "name": names}
    for find in dict.fromkeys(finders[k] for k in kinds):
        for span in find(text):
            if any(stem not in asked for stem in words.stems(text[span.start : span.end], language) or ["?"]):
                return True
    if question.kind in COUNTED and (question.abroad or tongues.foreign(question.language)):
        return tongues.holds(question.kind, _without_asked(question, text), question.language)
    return False


def _without_asked(question: Question, text: str) -> str:
    """A text without the numbers that its question holds."""
    asked = set(re.findall(r"\d+", question.text))
    return re.sub(r"\d+", lambda m: "" if m[0] in asked else m[0], text) if asked else text


# What a sentence that settles a question of this kind tends to say.
_SETTLES = {
    "yesno": re.compile(
        r"\b(?:conclu\w+|suggest\w*|indicat\w+|show(?:s|n|ed)?|demonstrat\w+|confirm\w*|appears?|seems?|may|should"
        r"|therefore|thus|zeig\w+|bestätig\w+|daher|also|folglich|montr\w+|suggèr\w+|donc|demuestr\w+|sugier\w+)\b",
        re.I,
    ),
    "why": re.compile(
        r"\b(?:because|since|due to|so that|in order to|reason|weil|wegen|deshalb|damit|grund|parce|car|afin"
        r"|à cause|porque|debido|para que)\b",
        re.I,
    ),
}


_YEAR_ALONE = light.pattern(r"(?:1[5-9]|20)\d\d")  # no amount of anything


def reasons(text: str) -> bool:
    """Whether a text gives a reason in so many words."""
    return _SETTLES["why"].search(text) is not None


_HOW_MUCH = light.pattern(
    r"\W*(?:how much (?!time|longer)|wie ?viel (?!zeit|langer)|combien (?!de temps|d'|de jours|d’))"
)


def _only_lasts(text: str) -> bool:
    """Whether every number of a text is one of days, months or years: no answer to "how much"."""
    lasting = [m.span() for m in DURATION.finditer(text)]
    return bool(lasting) and all(any(a <= s.start < b for a, b in lasting) for s in _counting(text))


# Asked for a quantity that no amount of money is.
_NO_MONEY = light.pattern(
    r"\W*(?:how (?:old|long|far|big|large|tall|deep|often|heavy|fast|wide|thick|hot|cold|warm)"
    r"|wie (?:alt|lange?|weit|gross|oft|schwer|schnell|breit|dick|tief|heiss|kalt|warm)|quel age|que edad"
    r"|combien de (?:temps|fois|jours|heures)|cuanto (?:tiempo|mide|pesa)|cuantas veces)\b"
)
_AGED = light.pattern(
    r"\b(?:years?|yrs?|months?|weeks?|days?|aged?|born|birth\w*|built|since|from|founded|new|jahre?n?|jahrig\w*|monate?n?|wochen?"
    r"|geboren|geburt\w*|geb|baujahr|gebaut|seit|alter|ans?|mois|nee?s?|naissance|depuis|anos?|mes(?:es)?|nacid[oa]|nacio|desde"
    r"|edad)\b|\b\d+(?:th|st|nd|rd|\.)? (?:birthday|geburtstag)|\dth\b"
)
_HOW_OLD = light.pattern(r"\W*(?:how old|wie alt|quel age|que edad)\b")


def _of_other_measure(question: Question, text: str) -> bool:
    """Whether the numbers of a text are amounts of money where a length or a weight is asked for, or say nothing of
    an age where one is."""
    asked = words.fold(question.text)
    if not _NO_MONEY.match(asked):
        return False
    if _HOW_OLD.match(asked):
        return _AGED.search(words.fold(text)) is None
    dear = [m.span() for m in MONEY.finditer(text)]
    return bool(dear) and all(any(a <= s.start < b for a, b in dear) for s in _counting(text))


# How well a number without a currency answers what something costs, and a place without a name where it is.
PLAIN = 0.5


def fits(question: Question, text: str, language: str = "") -> float:
    """0..1: whether ``text`` reads like an answer to a question of this kind."""
    if settles := _SETTLES.get(question.kind):
        return 1.0 if settles.search(text) else 0.5
    if not has_wanted(question, text, language):
        return PLAIN if question.kind == "where" and _KEPT.search(text) else 0.0
    if question.kind == "number" and _of_other_measure(question, text):
        return 0.0
    if question.kind == "number" and _HOW_MUCH.match(words.fold(question.text)) and _only_lasts(text):
        return 0.0
    if question.kind != "money" or moneyed(text):
        return 1.0
    counted = [text[s.start : s.end].strip() for s in _counting(text)]
    return 0.0 if counted and all(map(_YEAR_ALONE.fullmatch, counted)) else PLAIN
