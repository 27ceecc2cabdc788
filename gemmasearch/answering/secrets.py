"""Passwords and telephone numbers: codes that can be told from house numbers, dates and part numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.question import OWN_INITIALS, Question

_NOUN = (
    r"\b(?:pass(?:word|phrase|code|wort)s?|\w*passwort|kennwort|mot de passe|contrase[nñ]a|clave|senha"
    r"|palavra-passe|wachtwoord|has[lł]o|[sş]ifre(?:si)?|пароль)\b"
)
_SECRET = light.pattern(_NOUN)
_PHONE = light.pattern(r"\b(?:phones?|telephones?|mobiles?|telefon\w*|handynummer|portable|movil)\b")
_EXTENSION = light.pattern(r"\b(?:extension(?:e?s)?|durchwahl|poste|anexo)\b")
# A code or PIN that opens something; no code of conduct.
_KEY = light.pattern(
    r"\b(?:pins?|(?:door|gate|access|entry|entrance|lock|alarm|safe|shed|garage)[- ]?codes?"
    r"|codes? (?:of|for|to) (?:the|my|our|his|her|their)|codes? (?:der|des|von der|vom|fur (?:den|die|das)|zum|zur)"
    r"|\w*(?:tur|tor|zugangs|alarm|schloss)codes?|codes? (?:de la|du|de l'|del)"
    r"|codic[ei] (?:del(?:la|lo)?|dell'|d'ingresso|di accesso)|codigos? (?:del?|d[ao]|de la)|codes? van (?:de|het))\b"
)
# "password: heron", "the password of the wifi is heron"; not "the password is still the old one".
_IS_TOLD = (
    r"(?:\s?[=–-]|(?:\s+\w+){0,5}?(?::|\s+(?:is|ist|est|es|lautet):?"
    r"(?!\s+(?:the|still|now|not|no|un|in|on|as|das|noch|nicht|en|la)\b)))\s*\S"
)
_TOLD = light.pattern(_NOUN + _IS_TOLD, re.I)
_KEY_TOLD = light.pattern(r"\b(?:\w*codes?|pins?)" + _IS_TOLD, re.I)
_DECIMAL = light.pattern(r"\d+[.,]\d\d?")
_ADDRESS = light.pattern(r"://|//|^\d{1,3}(?:\.\d{1,3}){3}\b|@[\w-]+\.")  # of a page, a machine or a mailbox
_SHORTEST_SECRET = 4
_SHORTEST_PHONE = 5  # digits
_DIALLED = light.pattern(r"(?<![\w.,/-])(?:\+\d|\(?0\d)[\d ()/-]{5,18}\d(?![\w.,]\d)")
_SHORTEST_DIALLED, _LONGEST_DIALLED = 7, 15  # digits with those of the place
_LONGEST_KEY = 8  # digits of what is typed in at a door


def asked_for(question: Question) -> bool:
    """Whether a question asks for a password, a telephone number, a code that opens something, or what is called by
    initials and is the asker's own."""
    asked = words.fold(question.text)
    by_name = any(pattern.search(asked) for pattern in (_SECRET, _PHONE, _EXTENSION, _KEY))
    return by_name or OWN_INITIALS.fullmatch(question.text) is not None


def means_phone(word: str) -> bool:
    """Whether a word is one for a telephone."""
    return _PHONE.search(words.fold(word)) is not None


def gives_phone(text: str) -> bool:
    """Whether a text holds a number that is written like that of a telephone.

    >>> gives_phone("ring Ida on 0161 496 0104"), gives_phone("order 20210407, paid 03.05.2026")
    (True, False)
    """
    return any(
        _SHORTEST_DIALLED <= sum(map(str.isdigit, m.group())) <= _LONGEST_DIALLED
        for m in _DIALLED.finditer(text)
    )


def is_noun(word: str) -> bool:
    """Whether a word is one for a password."""
    return _SECRET.search(words.fold(word)) is not None


def has_owner(text: str) -> bool:
    """Whether a line that tells a password says before it of what.

    >>> has_owner("Guests: network Birch, password: heron"), has_owner("The password is heron")
    (True, False)
    """
    found = _TOLD.search(text)
    return found is not None and bool(words.stems(text[: found.start()]))


def held(question: Question, text: str, codes: Sequence[str]) -> bool:
    """Whether ``text``, which holds ``codes``, can hold the one asked for: a house number is nobody's telephone
    number, and a sensor T3 no password."""
    asked = words.fold(question.text)
    if _SECRET.search(asked):
        return _TOLD.search(text) is not None or any(
            len(code) >= _SHORTEST_SECRET and not _ADDRESS.search(code) for code in codes
        )
    if _PHONE.search(asked) and not _EXTENSION.search(asked):
        return any(
            sum(map(str.isdigit, code)) >= _SHORTEST_PHONE for code in codes if not _DECIMAL.fullmatch(code)
        )
    if _KEY.search(asked):
        codes = [code for code in codes if sum(map(str.isdigit, code)) <= _LONGEST_KEY]
    return any(codes) or (_KEY.search(asked) is not None and _KEY_TOLD.search(text) is not None)
