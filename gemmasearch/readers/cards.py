"""Calendars (ics) and contacts (vcf) as text that a person can read: one document per event or card."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from gemmasearch import light
from gemmasearch.documents import AT_MIDNIGHT, Document, Problem
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.formats import CannotRead, Source, unique
from gemmasearch.readers.textual import clean, decode
from gemmasearch.readers.zones import Zones
from gemmasearch.settings import Settings

_LINE = light.pattern(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
_STAMP = light.pattern(r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}))?(?::?\d{2})?(Z?)")
_TZID = light.pattern(r";TZID=(?:\"([^\"]+)\"|([^;:\"]+))", re.IGNORECASE)
_DAY = light.pattern(r"\d{4}-?\d{2}-?\d{2}")
_DURATION = light.pattern(
    r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,6}S)?)?", re.IGNORECASE
)
_MARKED = light.pattern(r"<(?:br|p|b|i|u|a|ul|ol|li|div|span|html|table)\b[^<>]*>", re.IGNORECASE)
_EVENT = {
    "LOCATION": "Where", "ORGANIZER": "Organizer", "ATTENDEE": "With", "STATUS": "Status", "RRULE": "Repeats",
    "CATEGORIES": "Categories", "URL": "Link", "DUE": "Due", "COMMENT": "Comment",
}  # fmt: skip
_CARD = {
    "NICKNAME": "Nickname", "ORG": "Organisation", "TITLE": "Title", "ROLE": "Role", "EMAIL": "E-mail",
    "TEL": "Phone", "ADR": "Address", "URL": "Link", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary",
    "NOTE": "Note", "IMPP": "Chat", "CATEGORIES": "Categories",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: str
    value: str


def read_calendar(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = decode(source.read())
    zones = Zones(text)
    yield from _named(_event(each, zones) for each in _components(text, ("VEVENT", "VTODO", "VJOURNAL")))


def read_contacts(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    yield from _named(_card(each) for each in _components(decode(source.read()), ("VCARD",)))


def _named(documents: Iterator[Document]) -> Iterator[Document]:
    """A part for each, made of what it says."""
    from dataclasses import replace

    seen: set[str] = set()
    for each in documents:
        part = hashlib.blake2b(f"{each.title}\0{each.text}".encode(), digest_size=8).hexdigest()
        yield replace(each, part=unique(part, seen))
    if not seen:
        raise CannotRead("no-text")


def _components(text: str, wanted: tuple[str, ...]) -> Iterator[list[_Property]]:
    """The properties of each event or card; those of alarms inside it are left out."""
    found: list[_Property] | None = None
    inner = 0
    for each in _properties(text):
        value = each.value.strip().upper()
        if each.name == "BEGIN":
            inner += found is not None
            found = [] if found is None and value in wanted else found
        elif each.name == "END":
            if found is not None and not inner:
                yield found
                found = None
            inner = max(0, inner - 1)
        elif found is not None and not inner:
            found.append(each)


def _properties(text: str) -> Iterator[_Property]:
    unfolded = re.sub(
        r"\n[ \t]", "", re.sub(r"=\n(?=\S)", "", text) if "QUOTED-PRINTABLE" in text.upper() else text
    )
    for line in unfolded.split("\n"):
        if match := _LINE.match(line):
            parameters = match[2].upper()
            value = match[3]
            if "QUOTED-PRINTABLE" in parameters:
                charset = re.search(r"CHARSET=([\w-]+)", parameters)
                raw = binascii.a2b_qp(value.encode("utf-8", "replace"))
                value = clean(bytes_to_text(raw, charset[1] if charset else ""))
            yield _Property(match[1].upper(), match[2], value)


def _shown(value: str) -> str:
    value = re.sub(r"\\([nN,;\\])", lambda m: "\n" if m[1] in "nN" else m[1], value)
    return re.sub(r"^(?:mailto|tel):", "", value.strip(), flags=re.IGNORECASE)


def _value(found: list[_Property], name: str) -> str:
    return next((_shown(each.value) for each in found if each.name == name), "")


def _event(found: list[_Property], zones: Zones) -> Document:
    title = " ".join(_value(found, "SUMMARY").split())
    start, end = _value(found, "DTSTART") or _value(found, "DUE"), _value(found, "DTEND")
    zone = _zone(found, ("DTSTART", "DUE"))
    until = _last_day(start, end) or _after(start, _value(found, "DURATION"))
    when = _when(start, until, zone, _zone(found, ("DTEND",)))
    lines = [title, when, *_labelled(found, _EVENT), _unmarked(_value(found, "DESCRIPTION"))]
    organizer = next((_person(each) for each in found if each.name == "ORGANIZER"), "")
    people = ", ".join(_person(each) for each in found if each.name == "ATTENDEE")
    text = "\n".join(line for line in lines if line.strip())
    return Document(
        "event",
        text or "(no title)",
        title=title,
        date=_moment(start, zones.find(zone) if zone else None),
        sender=organizer,
        recipients=people,
    )


def _last_day(start: str, end: str) -> str:
    """Of an event that lasts whole days the end is the day after."""
    if not _DAY.fullmatch(end) or end <= start:
        return end
    try:
        return (date.fromisoformat(end) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return end


def _after(start: str, duration: str) -> str:
    """When it ends that goes on for ``duration`` ("PT1H30M"); "" for none."""
    length, begin = _DURATION.fullmatch(duration.strip()), _moment(start)
    if not length or begin is None:
        return ""
    weeks, days, hours, minutes = (int(each or 0) for each in length.groups())
    if _DAY.fullmatch(start):
        days -= 1
    whole = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    try:
        end = datetime.fromtimestamp(begin, UTC) + whole
    except (ValueError, OverflowError, OSError):
        return ""
    return end.strftime("%Y%m%d" if _DAY.fullmatch(start) else "%Y%m%dT%H%M%S")


def _unmarked(text: str) -> str:
    """The HTML that Google's calendar puts into descriptions as text."""
    if not _MARKED.search(text):
        return text
    from gemmasearch.readers import html

    return html.to_page(text.replace("\n", "<br>"), links=True).text


def _card(found: list[_Property]) -> Document:
    name = " ".join(re.split(r"[;\s]+", _value(found, "N"))).strip()
    title = " ".join(_value(found, "FN").split()) or name
    text = "\n".join(line for line in [title, *_labelled(found, _CARD)] if line.strip())
    return Document("contact", text or "(no name)", title=title)


def _labelled(found: list[_Property], labels: dict[str, str]) -> Iterator[str]:
    for each in found:
        if each.name in labels and each.value.strip():
            value = _person(each) if each.name in ("ATTENDEE", "ORGANIZER") else _shown(each.value)
            if each.name == "RRULE":
                value = _repeated(value)
            if each.name == "DUE" and (stamp := _STAMP.match(value)):
                value = _said(stamp)
            parts = [part.strip() for part in value.split(";")] if each.name in ("ADR", "ORG") else [value]
            yield f"{labels[each.name]}: {', '.join(filter(None, parts))}"


def _person(each: _Property) -> str:
    name = re.search(r"CN=(?:\"([^\"]*)\"|([^;:]*))", each.parameters, re.IGNORECASE)
    address = _shown(each.value)
    shown = (name[1] or name[2] or "").strip() if name else ""
    return f"{shown} <{address}>" if shown and shown != address else address


def _when(start: str, end: str, zone: str, end_zone: str) -> str:
    """Both ends with their zone, each with its own where they differ, as those of a flight do."""
    stamps = [m for m in map(_STAMP.match, (start, end)) if m]
    zones: list[str] = []
    for stamp, name in zip(stamps, (zone, end_zone), strict=False):
        zones.append("UTC" if stamp[6] else name or (zones[0] if zones else ""))
    shown = [_said(m) for m in stamps]
    if len(set(zones)) == 2 and zones[0]:
        shown = [f"{each} ({name})" for each, name in zip(shown, zones, strict=True)]
        return f"When: {' to '.join(shown)}"
    shared = next((f" ({each})" for each in zones if each), "")
    return f"When: {' to '.join(dict.fromkeys(shown))}{shared}" if shown else ""


def _said(stamp: re.Match[str]) -> str:
    return f"{stamp[1]}-{stamp[2]}-{stamp[3]}" + (f" {stamp[4]}:{stamp[5]}" if stamp[4] else "")


def _zone(found: list[_Property], names: tuple[str, ...]) -> str:
    """The time zone of the first of these properties that has one, as its calendar calls it."""
    zones = (_TZID.search(p.parameters) for p in found if p.name in names)
    return next((zone[1] or zone[2] for zone in zones if zone), "").strip()


_TIMES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_ORDER = {
    "1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last", "-2": "last but one",
}  # fmt: skip


def _repeated(rule: str) -> str:
    """ "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR" as "every 2 weeks on Friday"; what is stranger stays as it is."""
    parts = dict(part.upper().split("=", 1) for part in rule.split(";") if "=" in part)
    unit = _TIMES.get(parts.get("FREQ", ""))
    if unit is None or parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}:
        return rule
    often = parts.get("INTERVAL", "1")
    days = " and ".join(map(_weekday, filter(None, parts.get("BYDAY", "").split(","))))
    until = _STAMP.match(parts.get("UNTIL", ""))
    said = f"every {unit}" if often == "1" else f"every {often} {unit}s"
    said += f" on {days}" if days else ""
    said += f", until {until[1]}-{until[2]}-{until[3]}" if until else ""
    return said + (f", {parts['COUNT']} times" if "COUNT" in parts else "")


def _weekday(day: str) -> str:
    """ "FR" as "Friday", "2FR" as "the second Friday", "-1FR" as "the last Friday"."""
    name = _DAYS.get(day[-2:], day[-2:])
    return f"the {_ORDER[day[:-2]]} {name}" if day[:-2] in _ORDER else _DAYS.get(day, day)


def _moment(stamp: str, zone: tzinfo | None = None) -> float | None:
    """Epoch seconds. Days, and times without a known zone, are taken as UTC; a moment in a zone is never a whole day
    of UTC, which would be taken for a mere day."""
    found = _STAMP.match(stamp)
    if not found:
        return None
    year, month, day, hour, minute = (int(each or 0) for each in found.groups()[:5])
    local = zone if zone and found[4] and not found[6] else UTC
    try:
        moment = datetime(year, month, day, hour, minute, tzinfo=local).timestamp()
    except (ValueError, OverflowError):
        return None
    zoned = found[4] and (found[6] or zone)
    return moment + AT_MIDNIGHT if zoned and moment % 86400 == 0 else moment
