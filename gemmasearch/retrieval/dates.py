"""Dates as people type them in a filter: a word or two become a span of time.

    2024   2024-03   2024-03-15   2024-03-15T14:30   15.03.2024   today   yesterday   monday
    last week   this month   2w  (the last two weeks; d, w, m, y, h)   A..B   A..   ..B

Spans are half-open, in the local time zone of ``now``, as epoch seconds. Weeks begin on Monday.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

Span = tuple[float | None, float | None]

_UNITS = ("day", "week", "month", "year")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?)?)?\Z")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\Z")
_AGO = re.compile(r"(\d{1,4})(h|d|w|m|y|hours?|days?|weeks?|months?|years?)\Z")


def opens(word: str) -> bool:
    """Whether a word may begin a date of two words ("last week", "3 months", "march 2024")."""
    word = word.lower().rpartition("..")[2]
    return word in ("last", "this", "past", "previous") or word.isdigit() or _month(word) is not None


def span(text: str, now: datetime) -> Span | None:
    """The time that a text stands for, None if it stands for none. An open end is None."""
    text = " ".join(text.lower().split())
    try:
        if ".." in text:
            return _range(text, now)
        found = _single(text, now)
        return None if found is None else (found[0].timestamp(), found[1].timestamp())
    except (ValueError, OverflowError, OSError):
        return None


def _range(text: str, now: datetime) -> Span | None:
    left, _, right = text.partition("..")
    first, last = _single(left.strip(), now), _single(right.strip(), now)
    if (left.strip() and first is None) or (right.strip() and last is None) or not (first or last):
        return None
    low, high = first[0].timestamp() if first else None, last[1].timestamp() if last else None
    return None if low is not None and high is not None and low >= high else (low, high)


def _single(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    for reader in (_iso, _dotted, _ago, _named, _month_name):
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


def _day(now: datetime, moment: datetime) -> tuple[datetime, datetime]:
    start = _at(now, moment.year, moment.month, moment.day)
    after = moment + timedelta(days=1)
    return start, _at(now, after.year, after.month, after.day)


def _iso(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    match = _ISO.match(text.upper())
    if not match:
        return None
    year, month, day, hour, minute = (int(g) if g else None for g in match.groups())
    assert year is not None
    if month is None:
        return _at(now, year), _at(now, year + 1)
    if day is None:
        return _at(now, year, month), _next_month(now, year, month)
    if hour is None or minute is None:
        return _day(now, datetime(year, month, day))
    moment = _at(now, year, month, day, hour, minute)
    return moment, moment + timedelta(minutes=1)


def _dotted(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    match = _DOTTED.match(text)
    return _day(now, datetime(int(match[3]), int(match[2]), int(match[1]))) if match else None


def _next_month(now: datetime, year: int, month: int) -> datetime:
    return _at(now, year + month // 12, month % 12 + 1)


def _back(now: datetime, number: int, unit: str) -> datetime:
    days = {"h": number / 24, "d": number, "w": 7 * number}
    if unit in days:
        return now - timedelta(days=days[unit])
    months = number * (12 if unit == "y" else 1)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    longest = (_next_month(now, year, month + 1) - _at(now, year, month + 1)).days
    return now.replace(year=year, month=month + 1, day=min(now.day, longest))


def _ago(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    match = _AGO.match(text.replace(" ", ""))
    return (_back(now, int(match[1]), match[2][0]), now) if match else None


def _named(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    if text in ("today", "yesterday"):
        return _day(now, now - timedelta(days=text == "yesterday"))
    if text in ("now",):
        return now, now
    if text in _DAYS:
        return _day(now, now - timedelta(days=(now.weekday() - _DAYS.index(text)) % 7))
    which, _, unit = text.replace("_", " ").partition(" ")
    if which not in ("last", "this", "past", "previous") or unit not in (*_UNITS, *_DAYS):
        return None
    if unit in _DAYS:
        return _day(now, now - timedelta(days=(now.weekday() - _DAYS.index(unit) - 1) % 7 + 1))
    return _calendar(now, unit, back=which != "this")


def _calendar(now: datetime, unit: str, *, back: bool) -> tuple[datetime, datetime]:
    if unit == "day":
        return _day(now, now - timedelta(days=back))
    if unit == "week":
        monday = now - timedelta(days=now.weekday() + 7 * back)
        sunday = monday + timedelta(days=6)
        return _day(now, monday)[0], _day(now, sunday)[1]
    if unit == "year":
        return _at(now, now.year - back), _at(now, now.year - back + 1)
    year, month = (now.year, now.month) if not back else divmod(now.year * 12 + now.month - 2, 12)
    month += back
    return _at(now, year, month), _next_month(now, year, month)


def _month(word: str) -> int | None:
    found = [i for i, name in enumerate(_MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return found[0] if found else None


def _month_name(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    name, _, year = text.partition(" ")
    month = _month(name)
    if month is None or (year and not re.fullmatch(r"\d{4}", year)):
        return None
    chosen = int(year) if year else now.year - (month > now.month)
    return _at(now, chosen, month), _next_month(now, chosen, month)
