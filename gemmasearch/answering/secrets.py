"""Passwords and telephone numbers: codes that can be told from house numbers, dates and part numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gemmasearch.answering import words
from gemmasearch.answering.question import Question

_NOUN = r"\b(?:pass(?:word|phrase|code|wort)s?|\w*passwort|kennwort|mot de passe|contrase[nñ]a|clave)\b"
_SECRET = re.compile(_NOUN)
_PHONE = re.compile(r"\b(?:phones?|telephones?|mobiles?|telefon\w*|handynummer|portable|movil)\b")
_EXTENSION = re.compile(r"\b(?:extension(?:e?s)?|durchwahl|poste|anexo)\b")
# "password: heron", "the password of the wifi is heron"; not "the password is still the old one".
_TOLD = re.compile(
    _NOUN + r"(?:\s?[=–-]|(?:\s+\w+){0,5}?(?::|\s+(?:is|ist|est|es|lautet):?"
    r"(?!\s+(?:the|still|now|not|no|un|in|on|as|das|noch|nicht|en|la)\b)))\s*\S",
    re.I,
)
_SHORTEST_SECRET = 4
_SHORTEST_PHONE = 5  # digits


def asked_for(question: Question) -> bool:
    """Whether a question asks for a password or a telephone number."""
    asked = words.fold(question.text)
    return any(pattern.search(asked) for pattern in (_SECRET, _PHONE, _EXTENSION))


def held(question: Question, text: str, codes: Sequence[str]) -> bool:
    """Whether ``text``, which holds ``codes``, can hold the one asked for: a house number is nobody's telephone
    number, and a sensor T3 no password."""
    asked = words.fold(question.text)
    if _SECRET.search(asked):
        return _TOLD.search(text) is not None or any(len(code) >= _SHORTEST_SECRET for code in codes)
    if _PHONE.search(asked) and not _EXTENSION.search(asked):
        return any(sum(map(str.isdigit, code)) >= _SHORTEST_PHONE for code in codes)
    return any(codes)
