"""Numbers that are written in groups: ``1,400`` and ``1400`` are one number.

The index holds what is written, ``1`` and ``400`` side by side. A question asks for both spellings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Thousands with or without decimals, or nine digits and more with dashes, as in an ISBN or a telephone number: no
# date, version or decimal.
_IN_GROUPS = re.compile(
    r"(\d{1,3}(?:([,.'’])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,]\d{1,2})?|((?=(?:\d-?){8,}[\dxX]\Z)\d+(?:-[\dxX]+)+)"
)
_THOUSANDS = re.compile(r"[1-9]\d{3,14}")
# In a text also with spaces; not within a longer number.
_WRITTEN = re.compile(
    r"(?<![\d.,'’])[1-9]\d{0,2}([,.'’ \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*(?!\d|\1\d)", re.ASCII
)


def joined(word: str) -> str:
    """A number in groups (``1,400``, ``1.400,50``, ``978-3-16-148410-0``) as one word without its decimals; "" for
    anything else."""
    found = _IN_GROUPS.fullmatch(word.strip("?!.,;:()$€£"))
    return "".join(filter(str.isalnum, found[1] or found[3])).lower() if found else ""


def apart(word: str) -> str:
    """The exact words that a number of four digits or more is indexed as where it is written in groups of thousands:
    ``1400`` -> ``1 400``; "" for anything else."""
    return f"{int(word):,}".replace(",", " ") if _THOUSANDS.fullmatch(word) else ""


def written(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, the number as one word) of every number of a text that is written in groups of thousands."""
    for match in _WRITTEN.finditer(text):
        yield match.start(), match.end(), "".join(filter(str.isdigit, match.group()))
