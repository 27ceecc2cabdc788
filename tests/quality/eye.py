"""An eye that knows nothing of the check: is each number, date and name of an answer in the source it cites?

Written apart from :mod:`gemmasearch.answering.grounding` on purpose: it shares no code, no tables and no idea with
it. It reads the text as a string of marks: digits, words for numbers, months, capitals.
"""

from __future__ import annotations

import re
import unicodedata

from gemmasearch.documents import Answer, Hit

_NUMBER_WORDS = {
    word: str(value)
    for value, words in {
        2: "two second", 3: "three third", 4: "four fourth", 5: "five fifth", 6: "six sixth", 7: "seven seventh",
        8: "eight eighth", 9: "nine ninth", 10: "ten tenth", 11: "eleven", 12: "twelve", 13: "thirteen",
        14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty",
        30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety",
    }.items()
    for word in words.split()
}  # fmt: skip
_SCALES = ("hundred", "thousand", "million", "billion", "trillion", "dozen")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "|".join(name[:3] + (f"(?:{name[3:]})?" if name[3:] else "") for name in _MONTHS) + "|sept"
_DATES = (
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<m>{_MONTH})\b\.?,?(?: (?P<y>\d{{4}}))?", re.I
    ),
    re.compile(
        rf"\b(?P<m>{_MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<y>\d{{4}}))?", re.I
    ),
    re.compile(r"\b(?P<y>\d{4})-(?P<n>\d{2})-(?P<d>\d{2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<n>\d{1,2})\.(?P<y>\d{4})\b"),
)
# Words that a sentence may begin with and that are no names, whatever the source says.
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        """the a an this that these those it its he she they we you i his her their our my there here in on at by of for from
    to with without as is are was were be been has have had do does did will would can could may might must should and
    or but not no yes if when while where who whom whose what which how why because since although though after before
    during between among under over according based however therefore thus also additionally moreover furthermore
    today yesterday answer text question some many most all each every both either neither other another such only
    one two three four five six seven eight nine ten""",
    )
)


def unsupported(found: Answer) -> list[str]:
    """Every number, date and name of the answer's sentences that none of the sources cited there holds."""
    by_number = {citation.number: citation.hit for citation in found.citations}
    missing: list[str] = []
    for sentence in found.sentences:
        cited = "\n".join(_all_of(by_number[number]) for number in sentence.citations)
        text = re.sub(r"\s*\[\d+\]", "", sentence.text).strip()
        missing += [
            f"{what}: {text}" for what in (*_numbers(text, cited), *_dates(text, cited), *_names(text, cited))
        ]
    return missing


def _numbers(text: str, cited: str) -> list[str]:
    """Whole numbers, whatever separates their thousands; number words as words or as digits."""
    source = bare(cited)
    words = set(re.findall(r"[a-z]+", source))
    figures = {figure for number in _written(source) for figure in _figures(number)}
    figures |= {value for word, value in _NUMBER_WORDS.items() if word in words}
    missing = [f"number {n}" for n in _written(bare(text)) if not _figures(n) & figures]
    for word in re.findall(r"[a-z]+", bare(text)):
        if word in _NUMBER_WORDS and word not in words and _NUMBER_WORDS[word] not in figures:
            missing.append(f"number word {word}")
        if word.rstrip("s") in _SCALES and word.rstrip("s") not in {w.rstrip("s") for w in words}:
            missing.append(f"number word {word}")
    return missing


def _written(text: str) -> list[str]:
    """Numbers as they are written; those of a date with dots or slashes one by one."""
    whole = re.findall(r"\d(?:[\d,.'’]*\d)?", re.sub(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))", "", text))
    return [part for n in whole for part in (n.split(".") if n.count(".") == 2 and "," not in n else [n])]


def _figures(number: str) -> set[str]:
    """What a written number may be: "1.240" is 1240 or 1.24, "1,240.50" is 1240.5, "05" is 5."""
    found = set()
    for thousands, decimal in ((",'’", "."), (".'’", ",")):
        plain = "".join(c for c in number if c not in thousands).replace(decimal, ".")
        if plain.count(".") <= 1:
            whole, _, part = plain.partition(".")
            found.add((whole.lstrip("0") or "0") + (f".{part.rstrip('0')}" if part.rstrip("0") else ""))
    return found


def _dates(text: str, cited: str) -> list[str]:
    """A day with its month (and year, if the answer names one) must stand in the source as one date."""
    known = dates(cited)
    return [
        f"date {date}"
        for date in dates(text)
        if not any(date[:2] == other[:2] and (not date[2] or date[2] == other[2]) for other in known)
    ]


def dates(text: str) -> set[tuple[int, int, int]]:
    """(day, month, year or 0) of every date in the text.

    >>> sorted(dates("on 14 March 2026, 2026-03-15 and May 3"))
    [(3, 5, 0), (14, 3, 2026), (15, 3, 2026)]
    """
    found = set()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            name = parts.get("m")
            month = int(parts["n"]) if name is None else _month(name)
            found.add((int(parts["d"]), month, int(parts["y"] or 0)))
    return found


def _month(name: str) -> int:
    """1..12 for a month's name or its first three letters, 0 for anything else."""
    short = [month[:3] for month in _MONTHS]
    return 1 + short.index(name[:3].lower()) if name[:3].lower() in short else 0


def _names(text: str, cited: str) -> list[str]:
    """Capitalised words, each by itself. The first word of a sentence counts too unless it is a common word."""
    source = bare(cited)
    words = set(re.findall(r"[^\W_]+", source))
    months = {month for _, month, _ in dates(cited)} | {
        _month(w) for w in words if w in _MONTHS or w[:3] == w
    }
    missing = []
    for match in re.finditer(r"(?<![\w])[^\W\d_a-zß-ÿ][^\W_]*(?:[-'’][^\W_]+)*", text):
        first = (
            not re.search(r"[^\W_]", text[: match.start()]) or text[: match.start()].rstrip()[-1:] in '.!?“"'
        )
        parts = [p for p in re.split(r"[-'’]", bare(match.group())) if p and p != "s"]
        if match.group().lower() in _MONTHS:
            missing += [] if _month(match.group()) in months else [f"month {match.group()}"]
            continue
        for part in parts:
            if part in words or part.rstrip("s") in words or (first and part in _NO_NAMES):
                continue
            if first and len(part) > 4 and any(word.startswith(part[:5]) for word in words):
                continue  # "Building" at the head of a sentence, "built" or "builds" in the source
            missing.append(f"name {match.group()}")
            break
    return missing


def bare(text: str) -> str:
    """Lower case without accents, on one line."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _all_of(hit: Hit) -> str:
    return "\n".join((hit.text, hit.title, *hit.headings, hit.sender, hit.recipients))
