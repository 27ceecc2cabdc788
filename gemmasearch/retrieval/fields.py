"""The filters of the query line: ``name:value`` becomes conditions, or nothing where the value makes no sense."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.documents import Condition

if TYPE_CHECKING:
    from gemmasearch.retrieval.dates import Span

Reader = Callable[[str, datetime], list[Condition]]

# May take several words.
DATES = frozenset({"date", "before", "after", "since", "until", "older", "newer", "visited"})
LONGEST_DATE = 4  # words of one


def longest(name: str, words: Sequence[str], now: datetime) -> tuple[list[Condition], int]:
    """What a filter makes of its value and the words behind it, and how many of them it took.

    The longest date wins; a value that is a date by itself takes only such words as usually go on with it, so
    that ``date:2024 report`` leaves the report alone.
    """
    from gemmasearch.retrieval import dates

    read = FILTERS[name]
    for count in range(len(words), 1, -1):
        if dates.goes_on(words[:count]) and (found := read(" ".join(words[:count]), now)):
            return found, count
    return read(words[0], now), 1


def _has(name: str) -> Reader:
    return lambda value, now: [Condition(name, "has", value)] if any(map(str.isalnum, value)) else []


def _equal(name: str) -> Reader:
    def read(value: str, now: datetime) -> list[Condition]:
        known = any(map(str.isalnum, value))
        return [Condition(name, "is", value.lower().lstrip("."))] if known else []

    return read


def _language(value: str, now: datetime) -> list[Condition]:
    from gemmasearch.retrieval import tongues  # few lines name a language

    known = any(map(str.isalpha, value))
    return [Condition("lang", "is", tongues.code(value))] if known else []


def _yes_no(name: str) -> Reader:
    def read(value: str, now: datetime) -> list[Condition]:
        known = {"yes": False, "true": False, "1": False, "no": True, "false": True, "0": True}
        return [Condition(name, "is", 1, known[value.lower()])] if value.lower() in known else []

    return read


def _existing(value: str, now: datetime) -> list[Condition]:
    name = value.lower().removesuffix("s")
    return [Condition("has", "is", name)] if name in ("attachment", "tag", "date", "title") else []


def _place(name: str) -> Reader:
    return lambda value, now: [Condition(name, "is", value)] if value.strip() else []


_SIZE = light.pattern(
    r"(>=|<=|>|<|=)?\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?(?:\.\.(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?)?\Z", re.I
)
_UNIT = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}


def _size(value: str, now: datetime) -> list[Condition]:
    match = _SIZE.match(value) if len(value) < 60 else None
    if not match:
        return []
    sign, number, unit, upper, upper_unit = match.groups()
    low = float(number) * _UNIT[unit.lower()]
    if upper is not None:
        return [
            Condition("size", ">=", low),
            Condition("size", "<", float(upper) * _UNIT[upper_unit.lower()] + 1),
        ]
    if sign in ("<", "<="):
        return [Condition("size", "<", low + (sign == "<="))]
    if sign == "=":
        return [Condition("size", ">=", low), Condition("size", "<", low + 1)]
    return [Condition("size", ">=", low + (sign == ">"))]


_COMPARED = light.pattern(r"(>=|<=|>|<|=)\s*(.+)")


def _span(value: str, now: datetime) -> Span | None:
    from gemmasearch.retrieval import dates  # few lines name a day

    return dates.span(value, now)


def _during(name: str) -> Reader:
    def read(value: str, now: datetime) -> list[Condition]:
        compared = _COMPARED.fullmatch(value)
        span = _span(compared[2] if compared else value, now)
        if span is None:
            return []
        if compared and compared[1] != "=":
            later, whole = ">" in compared[1], "=" in compared[1]
            end = span[0] if later == whole else span[1]
            return [Condition(name, ">=" if later else "<", end)] if end is not None else []
        low = [Condition(name, ">=", span[0])] if span[0] is not None else []
        return low + ([Condition(name, "<", span[1])] if span[1] is not None else [])

    return read


def _before(value: str, now: datetime) -> list[Condition]:
    span = _span(value, now)
    return [Condition("date", "<", span[0])] if span and span[0] is not None else []


def _until(value: str, now: datetime) -> list[Condition]:
    span = _span(value, now)
    return [Condition("date", "<", span[1])] if span and span[1] is not None else []


def _after(value: str, now: datetime) -> list[Condition]:
    span = _span(value, now)
    return [Condition("date", ">=", span[0])] if span and span[0] is not None else []


FILTERS: Mapping[str, Reader] = {
    "from": _has("from"), "to": _has("to"), "cc": _has("cc"),
    "bcc": _has("bcc"), "list": _has("list"), "subject": _has("title"), "title": _has("title"),
    "path": _has("path"), "tag": _has("tag"), "site": _has("site"), "in": _place("in"), "type": _equal("type"),
    "kind": _equal("type"), "ext": _equal("ext"), "lang": _language, "has": _existing,
    "quoted": _yes_no("quoted"), "thread": _place("thread"), "size": _size, "date": _during("date"),
    "before": _before, "until": _until, "after": _after, "since": _after, "visited": _during("visited"),
    "label": _has("label"), "filename": _has("filename"),
    # As other programs call them.
    "tags": _has("tag"), "filetype": _equal("type"), "sender": _has("from"), "recipient": _has("to"),
    "folder": _place("in"), "older": _before, "newer": _after,
}  # fmt: skip

#: What other filters are called in other programs, and what finds the same here.
ELSEWHERE: Mapping[str, str] = {
    "author": "from:", "older_than": "before:", "newer_than": "after:", "dir": "in:", "collection": "in:",
    "file": "filename:", "mime": "type:", "mimetype": "type:", "rclcat": "type:",
    "attachment": "has:attachment", "url": "site:", "host": "site:", "language": "lang:",
}  # fmt: skip
