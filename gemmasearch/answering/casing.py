"""Names that a question writes in small letters, as people type: the passages show that they are names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.days import weekdays_in
from gemmasearch.answering.numbers import months_in
from gemmasearch.documents import Hit

_CAPITAL_WITHIN = light.pattern(r"\w[^\W\d_]*[A-ZÀ-ÖØ-Þ]|\s(?!I\b)[A-ZÀ-ÖØ-Þ]")
_WORD = light.pattern(r"(?<![\w.@/-])[^\W\d_]{3,}(?![\w@/-])")
# Behind a small word of the same sentence, or a title, a capital is that of a name.
_WITHIN = light.pattern(
    r"(?:(?<![.!?:;] )\b[a-zà-öø-ÿ]+(?:,)? |\b(?:Mrs?|Ms|Dr|Prof|Herr|Frau|Mme)\.? )"
    rf"(?P<name>{words.CAPITAL}[a-zà-öø-ÿ]{{2,}})(?![\w@/-])"
)
_NAME = light.pattern(rf"(?<![\w.@<-]){words.CAPITAL}[a-zà-öø-ÿ]{{2,}}(?![\w@.-])")  # of a sender
_OF_SOMEBODY = "s"  # people leave out the apostrophe, too


def as_named(question: str, hits: Sequence[Hit]) -> str:
    """A question all in small letters with a capital for each word that ``hits`` write with one within a sentence,
    and nowhere without. German nouns all have one, so it is left as it is.

    >>> from gemmasearch.answering import given
    >>> as_named("how high is lottes rent", given.passages("The rent of Lotte is 720.", "-"))
    "how high is Lotte's rent"
    """
    if _CAPITAL_WITHIN.search(question) or words.guess_language(question) == "de":
        return question
    small = {match.group() for hit in hits for match in _WORD.finditer(hit.text) if match.group().islower()}
    named = {match["name"].lower() for hit in hits for match in _WITHIN.finditer(hit.text)}
    named |= {match.group().lower() for hit in hits for match in _NAME.finditer(hit.sender)}
    named -= small

    def written(match: re.Match[str]) -> str:
        word = match.group()
        if months_in(word.title()) or weekdays_in(word.title()):
            return word
        if word in named:
            return word.capitalize()
        owner = word.removesuffix(_OF_SOMEBODY)
        if owner != word and owner in named and word not in small:
            return f"{owner.capitalize()}'s"
        return word

    first = re.match(r"\W*\w+", question)
    at = first.end() if first else 0
    return question[:at] + _WORD.sub(written, question[at:])
