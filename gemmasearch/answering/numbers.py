"""Numbers and months of a text in one form, however they are spelled: what two texts can be compared by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from gemmasearch import light
from gemmasearch.answering import words

MARKER = light.pattern(r"\s*\[\d+\]")  # of a source
YEAR = light.pattern(r"\b(?:19|20)\d\d\b")
_GROUPED = light.pattern(r"(?<=\d)(?<!\d{4})[ '’\u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = light.pattern(r"\d[\d.,:/'’  ]*\d|\d")
_KEPT = 1024  # texts whose months are remembered: each sentence is asked for them again and again
_LONGEST = 4_000  # digits that Python converts
_SPELLED = {
    word: str(number)
    for number, line in enumerate(
        (
            "zero null", "one eins", "two zwei deux dos twice", "three drei trois tres", "four vier quatre cuatro",
            "five funf cinq cinco", "six sechs seis", "seven sieben sept siete", "eight acht huit ocho",
            "nine neun neuf nueve", "ten zehn dix diez", "eleven elf onze once", "twelve zwolf douze doce dozen",
        )
    )
    for word in line.split()
    if word not in ("one", "once")  # a pronoun more often than a number
}  # fmt: skip
_TENS = {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "hundred": "100",
    "thousand": "1000",
}


def numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text in one form: "1,240.50" and "1.240,50" are 1240.5, "two" is 2, dates fall apart."""
    found: set[str] = set()
    for match in _NUMBER.finditer(_GROUPED.sub("", MARKER.sub("", text))):
        found.update(_canonical(match.group()))
    for token in re.findall(r"[^\W\d_]+", text):
        folded = words.fold(token)
        if spelled := _SPELLED.get(folded) or _TENS.get(folded):
            found.add(spelled)
    return frozenset(found)


_UNITS = {
    "percent": r"%|\bper ?cent\b|\bprozent\b|\bpour cent\b|\bpor ciento\b",
    "euro": r"€|\beur\b|\beuros?\b",
    "dollar": r"\$|\busd\b|\bdollars?\b|\bdólar(?:es)?\b",
    "pound": r"£|\bgbp\b|\bpounds? sterling\b|\bquid\b",
    "yen": r"¥|\bjpy\b|\byens?\b",
    "franc": r"\bchf\b|\bfranken\b|\bfrancs?\b|\bfr\. ?\d",
    "cent": r"¢|\bcents?\b|\bpence\b",
}
_UNIT = {name: light.pattern(pattern, re.I) for name, pattern in _UNITS.items()}


def units_in(text: str) -> frozenset[str]:
    """Currencies and percent that a text names, by sign, code or word: an amount in another one is another amount."""
    return frozenset(name for name, pattern in _UNIT.items() if pattern.search(text))


def _canonical(digits: str) -> Iterator[str]:
    for piece in re.split(r"[/:'’  ]\s*|,\s+|\.\s+", digits):
        plain = piece.strip(".,")
        if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", plain):
            whole, _, part = _decimals(plain)
        elif re.fullmatch(r"\d+[.,]\d+", plain) and plain.count(".") + plain.count(",") == 1:
            whole, part = re.split(r"[.,]", plain)
        else:
            yield from map(_bare, re.findall(r"\d+", plain))
            continue
        part = part.rstrip("0")
        yield _bare(whole) + (f".{part}" if part else "")


def _bare(digits: str) -> str:
    """A number without leading zeros; one of thousands of digits, which Python refuses to convert, as it stands."""
    return str(int(digits)) if len(digits) <= _LONGEST else digits


def _decimals(plain: str) -> tuple[str, str, str]:
    """Thousands separators away: "1.240,50" -> ("1240", ".", "50")."""
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})*)(?:[.,](\d{1,2}))?", plain)
    assert found is not None
    return re.sub(r"[.,]", "", found.group(1)), ".", found.group(2) or ""


_MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "jan january januar janvier enero", "feb february februar fevrier febrero", "mar march marz mars marzo",
            "apr april avril abril", "mai mayo", "jun june juni juin junio", "jul july juli juillet julio",
            "aug august aout agosto", "sep sept september septembre septiembre",
            "oct october okt oktober octobre octubre", "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre",
        ),
        start=1,
    )
    for form in forms.split()
}  # fmt: skip


MONTH_NAMES = (  # in full, as a calendar writes them
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
    "|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)


@lru_cache(maxsize=_KEPT)
def months_in(text: str) -> frozenset[int]:
    """Months named in words, 1..12. "May" only where it is no verb."""
    found = {
        number
        for t in re.findall(r"[^\W\d_]+", text)
        if t[0].isupper() and (number := _MONTHS.get(words.fold(t)))
    }
    found |= {
        number
        for t in re.findall(r"\b(?:\d{1,2}\.? |de )([^\W\d_]+)", text)
        if (number := _MONTHS.get(words.fold(t)))
    }
    if re.search(
        r"\b\d{1,2}(?:st|nd|rd|th)? May\b|\bMay (?:\d|of)|\b(?:in|by|since|until|till|from|for|of)"
        r" May\b|\b(?:before|after|last|next|this|late|early) May\b",
        text,
    ):
        found.add(5)
    return frozenset(found)


def _month(word: str) -> int:
    """The month of a word beside the number of a day or a year, where May is no verb; 0 = none."""
    return 5 if word == "May" else _MONTHS.get(words.fold(word), 0)


@lru_cache(maxsize=_KEPT)
def dated_in(text: str) -> frozenset[int]:
    """Months of dates written in digits (2024-03-12, 12.03.2024): what a month's name may stand on."""
    iso = {int(m) for m in re.findall(r"\b\d{4}-(\d{2})(?:-\d{2})?\b", text)}
    dotted = {int(m) for m in re.findall(r"\b\d{1,2}[./](\d{1,2})[./]\d{2,4}\b", text)}
    return frozenset(m for m in iso | dotted if 1 <= m <= 12)


_CLOCK = light.pattern(r"(?<!\d)(\d{1,2})(?:\s?[:h]\s?|\.(?=\d{2}\s?(?:[Uu]hr|h|[ap]\.?m)\b))(\d{2})(?!\d)")


def times_in(text: str) -> frozenset[tuple[int, int]]:
    """Hours and minutes of the times of a day: 19:00, 10 h 30, 20.30 Uhr."""
    return frozenset((int(m[1]), int(m[2])) for m in _CLOCK.finditer(text))


_ORDER = r"(?:st|nd|rd|th|er|\.|º)?"
_TO = rf"{_ORDER}\s?(?:-|–|/|,|&|to|bis|au|al|and|und|et|y|a)\s?"
_DAYS_MONTH = light.pattern(
    rf"(?<![\d.,:/-])((?:\d{{1,2}}{_TO})*\d{{1,2}}){_ORDER}\s+(?:of\s+|de\s+)?([^\W\d_]+)"
)
_MONTH_DAYS = light.pattern(rf"([^\W\d_]+)\.?\s+(\d{{1,2}}(?:{_TO}\d{{1,2}})*){_ORDER}(?!\d|[:.]\d)")
_DIGITS = light.pattern(
    r"(?<!\d)(?:\d{4}-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(?:\d{2,4})?|(\d{1,2})/(\d{1,2})/\d{2,4})(?!\d)"
)


def days_in(text: str) -> frozenset[tuple[int, int]]:
    """(month, day) of the dates of a text, those of ranges such as "12-14 May" among them; with slashes, which may
    mean either, in both orders."""
    found: set[tuple[int, int]] = set()
    named = [(m[2], m[1]) for m in _DAYS_MONTH.finditer(text)] + [
        (m[1], m[2]) for m in _MONTH_DAYS.finditer(text)
    ]
    for word, days in named:
        if month := _month(word):
            found.update((month, int(day)) for day in re.findall(r"\d+", days))
    for m in _DIGITS.finditer(text):
        month, day, d, mo, one, other = (int(each) if each else 0 for each in m.groups())
        found |= {(month, day), (mo, d), (one, other), (other, one)} - {(0, 0)}
    return frozenset(found)


_WHOLE = light.pattern(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?)?"
    r"|(?P<dd>\d{1,2})[./](?P<mm>\d{1,2})[./](?P<yy>(?:19|20)\d\d))(?!\d)"
)
_NAMED = light.pattern(
    r"(?:(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?)?([^\W\d_]{3,})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,\s*)?(?:de\s+)?"
    r"((?:19|20)\d\d)(?!\d)"
)


def today() -> tuple[int, int, int]:
    """The day it is, as :func:`days_with_year` gives them."""
    now = datetime.now()
    return now.year, now.month, now.day


def days_with_year(text: str) -> list[tuple[int, int, int]]:
    """The dates of a text that say their year, as (year, month, day); 0 for what they leave out.

    >>> days_with_year("Swept on 3 October 2026, the roof in 2012.")
    [(2026, 10, 3), (2012, 0, 0)]
    """
    found = {}
    for m in _NAMED.finditer(text):
        if month := _month(m[2]):
            found[m.end()] = (int(m[4]), month, int(m[1] or m[3] or 0))
    for m in _WHOLE.finditer(text):
        day = tuple(int(m[a] or m[b] or 0) for a, b in (("y", "yy"), ("m", "mm"), ("d", "dd")))
        found.setdefault(m.end(), (day[0], day[1], day[2]))
    return [found[at] for at in sorted(found)]
