"""Lines that begin with a day, a time or a name: of diaries and lists without bullets, each speaks for itself."""

from __future__ import annotations

import re

from gemmasearch import light

_MONTH = (
    r"(?:jan(?:uary|uar|v(?:ier)?)?|feb(?:ruary|ruar|rero)?|f[ée]vr?(?:ier)?|mar(?:ch|s|zo)?|m[äa]rz|mrz|apr(?:il)?|avr(?:il)?"
    r"|abr(?:il)?|may|mai|mayo|june?|juni|juin|junio|july?|juli|juil(?:let)?|julio|aug(?:ust)?|ao[ûu]t|ago(?:sto)?"
    r"|sept?(?:ember|embre|iembre)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|nov(?:ember|embre|iembre)?|dec(?:ember)?"
    r"|dez(?:ember)?|d[ée]c(?:embre)?|dic(?:iembre)?|ene(?:ro)?)\b\.?"
)
_WEEKDAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag"
    r"|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado"
    r"|domingo)\b"
)
_SHORT = (
    r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|mo|di|mi|do|fr|sa|so)\b\.?,?"  # none of a word: "so it was"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
_ENTRY = light.pattern(
    rf"\s*\(?(?:{_WEEKDAY}|{_SHORT}\s*(?=\d|[:–-])|"
    rf"{_DAY}(?:\s*[-–/+]\s*{_DAY})?\s+(?:de\s+)?{_MONTH}|{_MONTH}\s+{_DAY}(?![\d%])"
    r"|\d{1,2}(?:/\d{1,2}(?:/\d{2,4})?|\.\d{1,2}\.(?:\d{2,4})?)(?=[\s:,)–-])|\d{4}-\d\d(?:-\d\d)?(?=[\s:,)–-])"
    r"|\d{1,2}(?:[:h]\d\d)(?=[\s,)–-])(?:\s*[-–]\s*\d{1,2}[:h]\d\d)?"
    r")",
    re.I,
)
_NAMED = light.pattern(r"\s*[^\W\d_a-z][\w.'’&/-]*(?: [\w.'’&()/-]+){0,3} [-–—] +\S")  # "Mum - 5 mg"


def begins_entry(line: str) -> bool:
    """Whether a line begins like an entry of a diary or a list.

    >>> [begins_entry(line) for line in ("27 Mar  Chiropodist", "Mon 3: gym", "14:30 tea", "Mum - 5 mg", "3 marks")]
    [True, True, True, True, False]
    """
    return _ENTRY.match(line) is not None or _NAMED.match(line) is not None
