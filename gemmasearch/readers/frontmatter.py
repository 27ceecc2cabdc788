"""Title, date and tags at the top of a note: the YAML, TOML and Org forms that people write.

Only flat keys and lists are understood, which is what front matter holds; anything else is left as text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from gemmasearch import light

_BLOCK = light.pattern(r"\A\s{0,3}(---|\+\+\+)[ \t]*\n(.*?\n)?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = light.pattern(r"([A-Za-z][\w .-]{0,40}?)[ \t]*:(?:[ \t]+(.*))?$")
_PROPERTY = light.pattern(r"(?:- )?([A-Za-z][\w-]{0,40}):: *(\S.*)$")
_ITEM = light.pattern(r"[ \t]*-[ \t]+(.*)$")
_ORG_KEY = light.pattern(r"#\+(\w+):[ \t]*(.*)$")
_ORG_STAMP = light.pattern(r"[<\[]?(\d{4}-\d{2}-\d{2})(?:[ \t]+\w{2,4}\.?)?(?:[ \t]+(\d{1,2}:\d{2}))?[>\]]?")
_DAY = light.pattern(r"(?<!\d)((?:19|20)\d\d)([-_.]?)([01]\d)\2([0-3]\d)(?!\d)")
_DOTTED = light.pattern(r"(\d{1,2})\.[ ]?(\d{1,2})\.[ ]?(\d{4})")
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?"
_WEEKDAY = r"(?:[a-z]{3,9}\.?,? )?"
_DAY_FIRST = light.pattern(_WEEKDAY + r"(?P<day>\d{1,2})\.? " + _MONTH + r",? (?P<year>\d{4})", re.IGNORECASE)
_MONTH_FIRST = light.pattern(
    _WEEKDAY + _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})", re.IGNORECASE
)
_CLOCK = light.pattern(r",? (?:at )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?$", re.IGNORECASE)
_DATES = (
    "date", "created", "date-created", "created-at", "created-time", "creation-date", "published", "updated",
    "date-modified", "date-updated", "updated-at", "modified", "last-modified",
)  # fmt: skip
_EPOCH = light.pattern(r"1\d{9}(?:\d{3})?")  # seconds or milliseconds
_LIST = light.pattern(r"\[[^\[\]]*\]")
_FOLDED = light.pattern(r"[|>][+-]?\d?")  # a value that goes on in the lines below
_TIMED = light.pattern(r"\d [A-Z][a-z]{2} \d{4} \d")
_LONGEST = 20_000  # characters looked at

_Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    title: str = ""
    date: float | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    end: int = 0  # offset of the first character after it


def parse(text: str) -> FrontMatter:
    """The ``---`` (YAML) or ``+++`` (TOML) block at the very start, if there is one."""
    block = _BLOCK.match(text[:_LONGEST])
    if not block:
        return _made(dict(_page_properties(text)), 0)
    body = block[2] or ""
    values = _toml(body) if block[1] == "+++" else _yaml(body)
    return _made(values, block.end()) if values else FrontMatter()


def _page_properties(text: str) -> Iterator[tuple[str, _Value]]:
    """The ``title:: value`` lines at the very start, as Logseq writes them."""
    for line in text[:_LONGEST].split("\n"):
        found = _PROPERTY.match(line)
        if not found:
            return
        value = found[2].strip()
        yield found[1].lower(), tuple(re.findall(r"\[\[([^\[\]]+)\]\]", value)) or value


def parse_org(text: str) -> FrontMatter:
    """The ``#+TITLE:`` lines before the first heading of an Org file."""
    values: dict[str, _Value] = {}
    for line in text[:_LONGEST].split("\n"):
        if found := _ORG_KEY.match(line):
            values[found[1].lower()] = found[2].strip()
        elif line.startswith("*"):
            break
    if tags := values.pop("filetags", ""):
        values["tags"] = tuple(t for t in re.split(r"[:\s]+", str(tags)) if t)
    return _made(values, 0)


def moment(text: str) -> float | None:
    """Epoch seconds of an ISO-like date; midnight UTC where no time is given; None if it is no date."""
    if _EPOCH.fullmatch(text.strip()):
        return float(text.strip()[:10])
    found = _ORG_STAMP.fullmatch(text.strip())
    candidate = f"{found[1]} {found[2] or '00:00'}".replace(" 0:", " 00:") if found else text.strip()
    for form in (candidate, candidate.replace("/", "-"), candidate.split("T")[0].split(" ")[0]):
        try:
            when = datetime.fromisoformat(form)
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    return _spelled(text)


def _spelled(text: str) -> float | None:
    """The time of "5 March 2024", "March 5, 2024", "Tue, 05 Mar 2024 10:00:00 GMT" or "05.03.2024"."""
    text = text.strip()
    if dotted := _DOTTED.fullmatch(text):
        return moment(f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}")
    if found := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        month = _MONTHS.find(found["month"][:3].lower()) // 3 + 1
        return moment(f"{found['year']}-{month:02}-{int(found['day']):02}")
    if not _TIMED.search(text):
        clock = _CLOCK.search(text)
        return _spelled(text[: clock.start()]) if clock else None
    from gemmasearch.readers import headers

    return headers.moment(text.encode("ascii", "replace"))


def named(path: str) -> float | None:
    """The day in a file's name, as journals and minutes have it; None where there is none, or more than one.

    >>> named("minutes-2025-03-18.md") == moment("2025-03-18")
    True
    """
    found = {"-".join((year, month, day)) for year, _, month, day in _DAY.findall(os.path.basename(path))}
    return moment(found.pop()) if len(found) == 1 else None


def _made(values: Mapping[str, _Value], end: int) -> FrontMatter:
    dates = (values.get(key) for key in _DATES)
    return FrontMatter(
        title=_one(values.get("title", "")),
        date=next((when for each in dates if each and (when := moment(_one(each))) is not None), None),
        tags=_many(values.get("tags") or values.get("keywords") or values.get("tag") or ""),
        meta={key: _one(values[key]) for key in ("author", "source", "url", "lang") if values.get(key)},
        end=end,
    )


def _one(value: _Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _many(value: _Value) -> tuple[str, ...]:
    words = re.split(r",\s*|\s+(?=#)", value) if isinstance(value, str) else value
    return tuple(word.strip().lstrip("#") for word in words if word.strip("# "))


def _yaml(body: str) -> dict[str, _Value]:
    values: dict[str, _Value] = {}
    key, folded = "", False
    for line in _LIST.sub(lambda found: found[0].replace("\n", " "), body).split("\n"):
        if folded and line[:1] in " \t":
            values[key] = f"{values[key]} {line.strip()}".strip()
        elif item := _ITEM.match(line):
            before = values.get(key, ())
            if key and not isinstance(before, str):
                values[key] = (*before, _unquoted(item[1]))
        elif found := _KEY.match(line):
            key = re.sub(r"[ _]", "-", found[1].lower())
            folded = _FOLDED.fullmatch((found[2] or "").strip()) is not None
            values[key] = "" if folded else _inline(found[2] or "")
    return values


def _inline(value: str) -> _Value:
    value = value.strip()
    if not value:
        return ()
    if value.startswith("[") and value.endswith("]") and not value.startswith("[["):
        return tuple(_unquoted(each) for each in value[1:-1].split(",") if each.strip())
    return _unquoted(value)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace("''", "'") if value[0] == "'" else re.sub(r'\\(["\\])', r"\1", value[1:-1])
    return re.sub(r"\s+#.*$", "", value)


def _toml(body: str) -> dict[str, _Value]:
    import tomllib

    try:
        table = tomllib.loads(body)
    except tomllib.TOMLDecodeError:
        return {}
    return {key.lower(): _toml_value(value) for key, value in table.items()}


def _toml_value(value: object) -> _Value:
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
