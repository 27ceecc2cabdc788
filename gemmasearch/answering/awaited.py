"""What a question of each kind waits for, and whether a text reads like an answer to it: an amount of money to "how
much", a reason to "why", none of the words that the question itself holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from gemmasearch import light
from gemmasearch.answering import prices, secrets, spans, tongues, words
from gemmasearch.answering.question import COUNTED, Question

# Before what something is now: "raised from 28 to" 31, "von 920 Euro auf" 968.
_CHANGED = light.pattern(
    r"\b(?:rais\w+|increas\w+|r[io]sen?|grew|lower\w+|reduc\w+|drop\w+|fell|chang\w+|cut|(?:er|ge)?höh\w+|\w*st[ie]+g\w*"
    r"|\w*senk\w*|\w*änder\w*|augment\w+|baiss\w+|pass(?:e|é|er)|aument\w+|sub[eió]\w*|baj\w+|camb\w+|red\w+)\b"
    r".* (?:from|von|de) \D{0,3}\d[\d.,]*\D{0,12} (?:to|auf|à|a) \D{0,3}$",
    re.I | re.S,
)
_KEPT = light.pattern(  # where things are: "in the slate box", "hinter dem Schrank"
    r"\b(?:in|inside|under|underneath|behind|beside|above|below|near|next to|on top of|on|at) "
    r"(?:the|a|an|my|our|your|his|her) [^\W\d_]"
    r"|\b(?:im|am|unter(?:m| d\w\w)|hinter(?:m| d\w\w)|neben d\w\w|in d\w\w|auf d\w\w|über d\w\w) [^\W\d_]"
    r"|\b(?:dans|sous|sur|derrière|à côté d[eu]|en|debajo de|detrás de|dentro de|sobre|encima de)"
    r" (?:l[ea]s?|l['’]|une?|el|los|las|mon|ma|mes|mi|mis)\b",
    re.I,
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
    return spans.COSTING.fullmatch(word) is not None or tongues.costs(word, question.language)


def _says_itself(question: Question, word: str) -> bool:
    return tongues.costs(word, question.language) or any(
        pattern.fullmatch(word)
        for pattern in (spans.NUMBERED, spans.COSTING, spans.COLOURED, spans.LASTING, spans.HEAT)
    )


Find = Callable[[str], Iterable[spans.Span]]

# What finds that for which a question of a kind waits; the others wait for nothing in particular.
_AWAITED: Mapping[str, Find] = {
    "when": spans.dates,
    "number": spans.counting,
    "money": spans.counting,
    "who": spans.names,
    "where": spans.names,
}
# What finds that which may answer.
_WANTED: Mapping[str, tuple[Find, ...]] = {kind: (find,) for kind, find in _AWAITED.items()} | {
    "what": (spans.quotes, spans.names),
    "list": (spans.names,),
}


_BEFORE = 200  # characters in which a change of a number is told


def answering(question: Question, text: str, language: str = "") -> tuple[int, int] | None:
    """The span of ``text`` that answers by the kind of the question, or None: nearest to the question's own
    words, holding a word that the question does not hold."""
    best: tuple[float, int, int] | None = None
    asked = set(question.stems)
    language = language or words.guess_language(text)
    at = [token.start for token in words.tokens(text, language) if token.stem in asked]
    coded = [*spans.codes(text)] if question.asks_code else []
    for span in coded or [span for find in _WANTED.get(question.kind, ()) for span in find(text)]:
        score = _score(question.kind, span, text, language, asked, at)
        if score is not None and (best is None or score > best[0]):
            best = (score, span.start, span.end)
    return best[1:] if best else None


def _score(
    kind: str, span: spans.Span, text: str, language: str, asked: set[str], at: list[int]
) -> float | None:
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
    if kind in ("number", "money") and _CHANGED.search(text[max(0, span.start - _BEFORE) : span.start]):
        score += 1.0
    if kind == "number" and span.kind == "number" and _YEAR_ALONE.fullmatch(piece.strip()):
        score -= 1.5  # looks like a year
    if kind == "where" and spans.behind_place(text, span):
        score += 1.0
    if kind in ("who", "where", "what") and span.start == 0:
        score -= 0.2 if len(piece.split()) > 1 else 0.6
    return score


def has_wanted(question: Question, text: str, language: str = "") -> bool:
    """Whether ``text`` holds a span of the awaited kind with a word that the question does not hold."""
    asked = set(question.stems)
    if question.asks_code:
        told = (text[span.start : span.end] for span in spans.codes(text))
        fresh = [code for code in told if not asked.issuperset(words.stems(code, language) or [code])]
        return secrets.held(question, text, fresh)
    if question.kind not in _AWAITED:
        return True
    language = language or words.guess_language(text)
    if question.kind in COUNTED and tongues.foreign(language):
        return tongues.holds(question.kind, _without_asked(question, text), language)
    for span in _AWAITED[question.kind](text):
        if any(stem not in asked for stem in words.stems(text[span.start : span.end], language) or ["?"]):
            return True
    if question.kind == "when" and language != "en" and tongues.tells_the_hour(text):
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
    "yesno": light.pattern(
        r"\b(?:conclu\w+|suggest\w*|indicat\w+|show(?:s|n|ed)?|demonstrat\w+|confirm\w*|appears?|seems?|may|should"
        r"|therefore|thus|zeig\w+|bestätig\w+|daher|also|folglich|montr\w+|suggèr\w+|donc|demuestr\w+|sugier\w+)\b",
        re.I,
    ),
    "why": light.pattern(
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
    return _holds_all_numbers(spans.DURATION, text)


def _holds_all_numbers(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a pattern finds something in a text, and no number stands beside it."""
    found = [m.span() for m in pattern.finditer(text)]
    return bool(found) and all(any(a <= s.start < b for a, b in found) for s in spans.counting(text))


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
    return _holds_all_numbers(spans.MONEY, text)


# How well a number without a currency answers what something costs, and a place without a name where it is.
_PLAIN = 0.5


def kept_somewhere(text: str) -> bool:
    """Whether a text tells a place without a name: "in the slate box"."""
    return _KEPT.search(text) is not None


def fits(question: Question, text: str, language: str = "", above: str | None = None) -> float:
    """0..1: whether ``text`` reads like an answer to a question of this kind.

    :param above: what it stands below; None = where a number without a currency may be a price.
    """
    if settles := _SETTLES.get(question.kind):
        return 1.0 if settles.search(text) else 0.5
    if not has_wanted(question, text, language):
        return _PLAIN if question.kind == "where" and _KEPT.search(text) else 0.0
    if question.kind == "number" and _of_other_measure(question, text):
        return 0.0
    if question.kind == "number" and _HOW_MUCH.match(words.fold(question.text)) and _only_lasts(text):
        return 0.0
    if question.kind != "money" or spans.moneyed(text):
        return 1.0
    if above is not None and prices.asked(question):
        return _PLAIN if prices.told(question, text, above) else 0.0
    counted = [text[s.start : s.end].strip() for s in spans.counting(text)]
    return 0.0 if counted and all(map(_YEAR_ALONE.fullmatch, counted)) else _PLAIN
