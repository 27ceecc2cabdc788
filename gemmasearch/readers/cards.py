"""Calendars (ics) and contacts (vcf) as text that a person can read: one document per event or card."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.charsets import bytes_to_text
from gemmasearch.readers.formats import CannotRead, Source, unique
from gemmasearch.readers.textual import clean, decode
from gemmasearch.settings import Settings

_LINE = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
_STAMP = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}))?(?::?\d{2})?(Z?)")
_EVENT = {
    "LOCATION": "Where", "ORGANIZER": "Organizer", "ATTENDEE": "With", "STATUS": "Status", "RRULE": "Repeats",
    "CATEGORIES": "Categories", "URL": "Link", "DUE": "Due", "COMMENT": "Comment",
}  # fmt: skip
_CARD = {
    "NICKNAME": "Nickname", "ORG": "Organisation", "TITLE": "Title", "ROLE": "Role", "EMAIL": "E-mail",
    "TEL": "Phone", "ADR": "Address", "URL": "Link", "BDAY": "Birthday", "NOTE": "Note", "IMPP": "Chat",
    "CATEGORIES": "Categories",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: str
    value: str


def is_calendar(head: bytes, path: str) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n ")[:15].upper() == b"BEGIN:VCALENDAR"


def is_contacts(head: bytes, path: str) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n ")[:11].upper() == b"BEGIN:VCARD"


def read_calendar(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    yield from _named(_event(each) for each in _components(source, ("VEVENT", "VTODO", "VJOURNAL")))


def read_contacts(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    yield from _named(_card(each) for each in _components(source, ("VCARD",)))


def _named(documents: Iterator[Document]) -> Iterator[Document]:
    """A part for each, made of what it says."""
    from dataclasses import replace

    seen: set[str] = set()
    for each in documents:
        part = hashlib.blake2b(f"{each.title}\0{each.text}".encode(), digest_size=8).hexdigest()
        yield replace(each, part=unique(part, seen))
    if not seen:
        raise CannotRead("no-text")


def _components(source: Source, wanted: tuple[str, ...]) -> Iterator[list[_Property]]:
    """The properties of each event or card; those of alarms inside it are left out."""
    found: list[_Property] | None = None
    inner = 0
    for each in _properties(decode(source.read())):
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
    return re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)


def _value(found: list[_Property], name: str) -> str:
    return next((_shown(each.value) for each in found if each.name == name), "")


def _event(found: list[_Property]) -> Document:
    title = " ".join(_value(found, "SUMMARY").split())
    start, end = _value(found, "DTSTART") or _value(found, "DUE"), _value(found, "DTEND")
    lines = [title, _when(start, end, _zone(found)), *_labelled(found, _EVENT), _value(found, "DESCRIPTION")]
    organizer = next((_person(each) for each in found if each.name == "ORGANIZER"), "")
    people = ", ".join(_person(each) for each in found if each.name == "ATTENDEE")
    text = "\n".join(line for line in lines if line.strip())
    return Document(
        "event", text or "(no title)", title=title, date=_moment(start), sender=organizer, recipients=people
    )


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
            parts = [part.strip() for part in value.split(";")] if each.name in ("ADR", "ORG") else [value]
            yield f"{labels[each.name]}: {', '.join(filter(None, parts))}"


def _person(each: _Property) -> str:
    name = re.search(r"CN=(?:\"([^\"]*)\"|([^;:]*))", each.parameters, re.IGNORECASE)
    address = _shown(each.value)
    shown = (name[1] or name[2] or "").strip() if name else ""
    return f"{shown} <{address}>" if shown and shown != address else address


def _when(start: str, end: str, zone: str) -> str:
    stamps = [m for m in map(_STAMP.match, (start, end)) if m]
    shown = [f"{m[1]}-{m[2]}-{m[3]}" + (f" {m[4]}:{m[5]}" if m[4] else "") for m in stamps]
    zone = "UTC" if any(m[6] for m in stamps) else zone
    return f"When: {' to '.join(dict.fromkeys(shown))}" + (f" ({zone})" if zone else "") if shown else ""


def _zone(found: list[_Property]) -> str:
    """The time zone of its beginning, as its calendar calls it."""
    zones = (re.search(r"TZID=\"?([^;:\"]+)", p.parameters) for p in found if p.name in ("DTSTART", "DUE"))
    return next((zone[1].strip() for zone in zones if zone), "")


_TIMES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


def _repeated(rule: str) -> str:
    """ "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR" as "every 2 weeks on Friday"; what is stranger stays as it is."""
    parts = dict(part.upper().split("=", 1) for part in rule.split(";") if "=" in part)
    unit = _TIMES.get(parts.get("FREQ", ""))
    if unit is None or parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}:
        return rule
    often = parts.get("INTERVAL", "1")
    days = " and ".join(_DAYS.get(day, day) for day in parts.get("BYDAY", "").split(",") if day)
    until = _STAMP.match(parts.get("UNTIL", ""))
    said = f"every {unit}" if often == "1" else f"every {often} {unit}s"
    said += f" on {days}" if days else ""
    said += f", until {until[1]}-{until[2]}-{until[3]}" if until else ""
    return said + (f", {parts['COUNT']} times" if "COUNT" in parts else "")


def _timestamp(year: int, month: int, day: int, hour: int, minute: int) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


def _moment(stamp: str) -> float | None:
    found = _STAMP.match(stamp)
    try:
        numbers = [int(each or 0) for each in found.groups()[:5]] if found else []
        return _timestamp(*numbers) if numbers else None
    except (ValueError, OverflowError):
        return None
