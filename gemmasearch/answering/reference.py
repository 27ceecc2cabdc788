"""Sentences that do not stand alone: what a pronoun at their beginning points back to, what a denial leaves open."""

from __future__ import annotations

import re

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
from gemmasearch.answering.question import Question
from gemmasearch.answering.sentences import units_of
from gemmasearch.documents import Evidence, Hit

_POINTS_BACK = light.pattern(
    r"\W*(?:(?:he|she|it|they|this|these|that|those|his|her|its|their|er|sie|es|dies\w*|sein\w*|ihr\w*"
    r"|das(?! (?-i:[A-ZÄÖÜ]))|dort|dabei"  # "Das Hotel" is no pronoun
    r"|il|elle|ils|elles|cela|ce|cette|él|ella|ellos|ellas|esto|eso)\b"
    # The same behind a time: "Since Friday it hangs there", "Ab März ist sie frei".
    r"|(?:from|since|until|as of|on|now|then|instead|seit|ab|bis|am|jetzt|stattdessen|depuis|à partir de|dès"
    r"|maintenant|desde|a partir de|ahora)\b[^,.;:!?]{0,24}?"
    r" (?:he|she|it|they|er|sie|es|ils?|elles?|él|ellas?|ellos)\b)",
    re.I,
)
_ARTICLE = light.pattern(r"\W*il\b", re.I)
_SOMEBODY = light.pattern(r"\b(?:he|him|she|ihn|ihm|elle|lui|ella)\b")
_NO_SUBJECT = light.pattern(  # "Bought on 3 May", "Cost 40", "£4,860, ten years' guarantee"
    r"[€$£] ?\d|(?:EUR|GBP|USD|CHF) \d|\W*(?:bought|purchased|ordered|paid|costs?|got|priced?|delivered"
    r"|second[- ]hand|gekauft|bestellt|bezahlt|kostete?t?"
    r"|acheté|commandé|payé|coûte|comprado|pagado|cuesta)e?s?\b(?! (?:of|de|von)\b)",
    re.I,
)
# Words that point back: a question with one of them is about what was spoken of before.
SPEAKS_BACK = light.pattern(
    r"\b(?:he|she|it|its|they|them|their|his|her|hers|him|this|that|these|those|there|then|one"
    r"|er|sie|es|ihn|ihm|ihr|ihre[rnms]?|sein[ers]?|seine[rnms]?|das|dies\w*|dort|da|davon|dazu|dafür"
    r"|il|elle|ils|elles|lui|leur|son|sa|ses|cela|ça|y|là|él|ella|ellos|ellas|eso|esto|su|sus|allí)\b",
    re.I,
)
_ENDED = light.pattern(
    r"\b(?:no longer|any ?more|nicht mehr|keine?[nrms]? \w+ mehr|n[e']\W?.{1,40} plus|ya no)\b", re.I
)
_SINCE = light.pattern(
    r"\b(?:now|instead|since|jetzt|nun|stattdessen|seit|inzwischen|maintenant|désormais|depuis|ahora|desde)\b",
    re.I,
)
# "The reason is the new roof", "Grund ist der Schlauch".
_GIVES_REASON = light.pattern(
    r"\W*(?:(?:the|der|die|das|la|le|el) )?(?:reason|cause|grund|ursache|raison|raz[oó]n|motivo|causa)\b"
    r"|\W*(?:this|that|it) (?:is|was) (?:because|due to)\b|\W*(?:because|weil|parce que?|porque)\b",
    re.I,
)
_END_OF_SENTENCE = light.pattern(r"(?<=[.!?]) ")
# "The price is 125", "Der Preis beträgt 125": of what was spoken of before.
_PRICED = light.pattern(
    r"\W*(?:the|der|die|das|le|la|l['’]|el) ?(?:total |full |whole )?"
    r"(?:price|cost|costs|fee|charge|rent|total|amount|bill|preis|kosten|gebühr|miete|betrag|prix|coût|tarif|loyer|montant|precio|coste|importe|alquiler)\b",
    re.I,
)


def points_back(text: str, language: str) -> bool:
    """Whether a sentence begins with a pronoun, be it behind a time. Italian "il" is an article.

    >>> points_back("Since Friday it hangs at the bakery.", "en")
    True
    """
    return _POINTS_BACK.match(text) is not None and not (language == "it" and _ARTICLE.match(text))


def lacks_subject(text: str) -> bool:
    """Whether a sentence of a note leaves out of what it speaks, which stands before it.

    >>> lacks_subject("Bought on 3 May from Gray, £90."), lacks_subject("The drill was bought on 3 May.")
    (True, False)
    """
    return _NO_SUBJECT.match(text) is not None


def speaks_of_somebody(text: str) -> bool:
    """Whether a sentence speaks by a pronoun of somebody who is named before it.

    >>> speaks_of_somebody("Last week Dana looked after him.")
    True
    """
    return _SOMEBODY.search(text) is not None


def in_context(question: Question, hit: Hit, sentence: str) -> tuple[str, str]:
    """What must stand before a sentence of a hit and what behind it, each "" where it needs nothing.

    Before one that begins with a pronoun: the one before it. Behind a denial: the one that says what holds instead
    ("… is no longer with Bo. Since Friday it hangs at the bakery."), unless the question can be answered by "no".
    Behind one without the amount, day or name that is asked for: the one that has it ("… raised the fee. It is 96");
    without a reason, where why is asked, the one that gives it.
    """
    said = [unit.of(hit.text) for unit in units_of(hit) if unit.kind == "sentence"]
    if sentence not in said:
        return "", ""
    at = said.index(sentence)
    if hit.kind == "contact" and question.kind == "who" and at:
        return said[0], ""  # who has the rotavator is not said by his contact's note, but by its name
    before = said[at - 1] if at and points_back(sentence, hit.language) else ""
    behind = said[at + 1] if at + 1 < len(said) else ""
    if _leaves_open(question, sentence, behind, hit.language):
        return before, behind
    further = said[at + 2] if at + 2 < len(said) else ""
    if question.kind == "money" and not spans.moneyed(f"{sentence} {behind}") and _names_price(further):
        return before, f"{behind} {further}"
    return before, ""


def priced_behind(question: Question, hit: Hit, sentence: str) -> bool:
    """Whether the price stands behind a sentence of what was asked about, and is told with it."""
    behind = in_context(question, hit, sentence)[1]
    return spans.moneyed(behind) and any(_names_price(unit) for unit in _END_OF_SENTENCE.split(behind))


def _names_price(sentence: str) -> bool:
    return _PRICED.match(sentence) is not None and spans.MONEY.search(sentence) is not None


def _leaves_open(question: Question, sentence: str, behind: str, language: str) -> bool:
    if question.kind != "yesno" and _ENDED.search(sentence) and _SINCE.search(behind):
        return True
    if question.kind == "why" and not awaited.reasons(sentence) and _GIVES_REASON.match(behind):
        return True
    if question.kind == "money" and not spans.MONEY.search(sentence) and _PRICED.match(behind):
        return _names_price(behind)
    if not points_back(behind, language):
        return False
    if words.negated(sentence):
        return question.kind != "yesno"
    if question.kind == "where":
        return not _placed(sentence) and _placed(behind)
    return not awaited.has_wanted(question, sentence) and awaited.has_wanted(question, behind)


def _placed(text: str) -> bool:
    """Whether a text tells a place, be it without a name."""
    return spans.placed(text) or awaited.kept_somewhere(text)


def whole(question: Question, item: Evidence) -> str:
    """A sentence with what it needs beside it."""
    before, behind = in_context(question, item.hit, item.text)
    return " ".join(part for part in (before, item.text, behind) if part)
