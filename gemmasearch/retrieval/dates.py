"""Dates as people type them in a filter: a few words become a span of time.

    2024   2024-03   2024-03-15   2024-03-15T14:30   20240315   15.03.2024   15.3.24   03.2024   2024-W11   2024-Q1
    today   yesterday   monday   last week   this month   last 7 days   2w  (the last two weeks; d, w, m, y, h)
    A..B   A..   ..B

and whatever the library dateparser reads beyond these: ``15 March 2024``, ``3 days ago``, ``gestern``,
``先週``. Spans are half-open, in the local time zone of ``now``, as epoch seconds. Weeks begin on Monday.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from gemmasearch import light

Span = tuple[float | None, float | None]
Moments = tuple[datetime, datetime]

LONGEST = 60  # characters of a date in words
_WHICH = ("last", "this", "past", "previous")
_UNITS = ("day", "week", "month", "year")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
_ISO = light.pattern(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?)?)?\Z")
_COMPACT = light.pattern(r"((?:19|20)\d\d)(\d\d)(\d\d)\Z")
_DOTTED = light.pattern(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)\Z")
_MONTH_OF_YEAR = light.pattern(r"(\d{1,2})[./](\d{4})\Z")
_WEEK = light.pattern(r"(\d{4})-?w(\d{1,2})\Z")
_QUARTER = light.pattern(r"(?P<first>\d{4})?[- ]?q([1-4])(?(first)|[-/ ]?(\d{4}))\Z")
_SLASHED = light.pattern(r"\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})\Z")
_AGO = light.pattern(r"(?:last|past)?(\d{1,4})(h|d|w|m|y|hours?|days?|weeks?|months?|years?)\Z")
_DAY_OF_MONTH = light.pattern(r"\d{1,2}(?:\.|st|nd|rd|th)?\Z")
_STEP = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}
# The languages in which words are looked for, in this order: a longer list finds more false friends than dates.
_LANGUAGES = [
    "en", "de", "es", "fr", "it", "nl", "pt", "pl", "ru", "sv", "da", "cs", "tr", "ja", "zh", "ko", "ar", "hi",
]  # fmt: skip
_MONTH_FIRST = ("en_US", "en_PH", "es_PR")


def goes_on(words: Sequence[str]) -> bool:
    """Whether a date may have begun with the first word that the others go on with ("last week", "3 days ago")."""
    first = words[0].lower().rpartition("..")[2].lstrip("<>=").strip(",")
    if first in _WHICH or _DAY_OF_MONTH.match(first) or _month(first):
        return True
    if (
        len(words) == 2
        and re.fullmatch(r"\d{4}", words[1])
        and (first.isalpha() or re.fullmatch("q[1-4]", first))
    ):
        return True
    return not first[:1].isdigit() and any(map(str.isalpha, first)) and not _single_or_none(first)


def span(text: str, now: datetime) -> Span | None:
    """The time that a text stands for, None if it stands for none. An open end is None."""
    text = " ".join(text.lower().replace("_", " ").split())
    if not text or len(text) > 2 * LONGEST:
        return None
    try:
        if ".." in text:
            return _range(text, now)
        found = _single(text, now)
        return None if found is None else (found[0].timestamp(), found[1].timestamp())
    except (ValueError, OverflowError, OSError):
        return None


def _single_or_none(text: str) -> bool:
    return span(text, datetime.now().astimezone()) is not None


def _range(text: str, now: datetime) -> Span | None:
    left, _, right = text.partition("..")
    first, last = _single(left.strip(), now), _single(right.strip(), now)
    if (left.strip() and first is None) or (right.strip() and last is None) or not (first or last):
        return None
    low, high = first[0].timestamp() if first else None, last[1].timestamp() if last else None
    return None if low is not None and high is not None and low >= high else (low, high)


def _single(text: str, now: datetime) -> Moments | None:
    for reader in (_iso, _dotted, _part_of_year, _ago, _named, _month_name, _in_words):
        found = reader(text, now)
        if found is not None:
            return found
    return None


def _at(now: datetime, year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    """Local time, with the offset that holds on that day (summer time) where ``now`` is the machine's own."""
    plain = datetime(year, month, day, hour, minute)
    zone = now.tzinfo
    local = plain.astimezone()
    return local if now.astimezone().utcoffset() == now.utcoffset() else plain.replace(tzinfo=zone)


def _spanning(now: datetime, moment: datetime, unit: str) -> Moments:
    """The calendar day, week, month or year of a moment."""
    from dateutil.relativedelta import MO, relativedelta

    start = {
        "day": moment,
        "week": moment + relativedelta(weekday=MO(-1)),
        "month": moment + relativedelta(day=1),
        "year": moment + relativedelta(month=1, day=1),
    }[unit]
    end = start + relativedelta(**{f"{unit}s": 1})
    return _at(now, start.year, start.month, start.day), _at(now, end.year, end.month, end.day)


def _iso(text: str, now: datetime) -> Moments | None:
    match = _ISO.match(text.upper())
    if not match:
        return None
    year, month, day, hour, minute = (int(g) if g else None for g in match.groups())
    assert year is not None
    if hour is not None and minute is not None:
        moment = _at(now, year, month or 1, day or 1, hour, minute)
        return moment, moment + timedelta(minutes=1)
    unit = "year" if month is None else "month" if day is None else "day"
    return _spanning(now, datetime(year, month or 1, day or 1), unit)


def _dotted(text: str, now: datetime) -> Moments | None:
    """Days without hyphens: 20240315, 15.03.2024, 15.3.24."""
    if match := _COMPACT.match(text):
        year, month, day = map(int, match.groups())
    elif match := _DOTTED.match(text):
        day, month, year = map(int, match.groups())
        year += 2000 if year < 100 else 0
    else:
        return None
    return _spanning(now, datetime(year, month, day), "day")


def _part_of_year(text: str, now: datetime) -> Moments | None:
    """03.2024, 3/2024, 2024-W11 (a week by ISO 8601), 2024-Q1 or Q1 2024."""
    if match := _MONTH_OF_YEAR.match(text):
        return _spanning(now, datetime(int(match[2]), int(match[1]), 1), "month")
    if match := _WEEK.match(text):
        return _spanning(now, datetime.fromisocalendar(int(match[1]), int(match[2]), 1), "week")
    if match := _QUARTER.match(text):
        year, month = int(match[1] or match[3]), 3 * int(match[2]) - 2
        last = _spanning(now, datetime(year, month + 2, 1), "month")
        return _at(now, year, month), last[1]
    return None


def _ago(text: str, now: datetime) -> Moments | None:
    match = _AGO.match(text.replace(" ", ""))
    if not match:
        return None
    from dateutil.relativedelta import relativedelta

    return now - relativedelta(**{_STEP[match[2][0]]: int(match[1])}), now


def _named(text: str, now: datetime) -> Moments | None:
    if text in ("today", "yesterday"):
        return _spanning(now, now - timedelta(days=text == "yesterday"), "day")
    if text == "now":
        return now, now
    if text in _DAYS:
        return _spanning(now, now - timedelta(days=(now.weekday() - _DAYS.index(text)) % 7), "day")
    which, _, unit = text.partition(" ")
    if which not in _WHICH or unit not in (*_UNITS, *_DAYS):
        return None
    if unit in _DAYS:
        back = (now.weekday() - _DAYS.index(unit) - 1) % 7 + 1
        return _spanning(now, now - timedelta(days=back), "day")
    from dateutil.relativedelta import relativedelta

    back = int(which != "this")
    return _spanning(now, now - relativedelta(**{f"{unit}s": back}), unit)


def _month(word: str) -> int | None:
    found = [i for i, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return found[0] if found else None


def _month_name(text: str, now: datetime) -> Moments | None:
    name, _, year = text.partition(" ")
    month = _month(name)
    if month is None or (year and not re.fullmatch(r"\d{4}", year)):
        return None
    chosen = int(year) if year else now.year - (month > now.month)
    return _spanning(now, datetime(chosen, month, 1), "month")


def _in_words(text: str, now: datetime) -> Moments | None:
    """What dateparser makes of it. Few letters and bare numbers are no dates, whatever the library guesses."""
    letters = "".join(c for c in text if c.isalpha())
    telling = len(letters) >= 3 or (letters and not letters.isascii() and len(text) >= 2)
    if len(text) > LONGEST or not (telling or _SLASHED.match(text)):
        return None
    found = _parser(now.replace(tzinfo=None)).get_date_data(text)
    if found.date_obj is None:
        return None
    if found.period == "time" and any(map(str.isdigit, text)):
        moment = _at(now, *found.date_obj.timetuple()[:5])
        return moment, moment + timedelta(minutes=1)
    return _spanning(now, found.date_obj, found.period if found.period in _UNITS else "day")


@lru_cache(maxsize=1)
def _parser(now: datetime) -> Any:
    from dateparser.date import DateDataParser

    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_TIME", "LANG"))
    local = next((value for value in variables if value), "")
    settings = {
        "RELATIVE_BASE": now,
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "MDY" if local.startswith(_MONTH_FIRST) else "DMY",
    }
    return DateDataParser(languages=_LANGUAGES, settings=settings)
