"""Time zones of calendars: IANA names, the names of Windows that Outlook writes, zones that a file draws itself."""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gemmasearch import light

_DRAWN = light.pattern(
    r"^BEGIN:VTIMEZONE[ \t]*\n(.*?)^END:VTIMEZONE", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_PERIOD = light.pattern(
    r"^BEGIN:(STANDARD|DAYLIGHT)[ \t]*\n(.*?)^END:\1", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_FIELD = light.pattern(
    r"^(TZID|DTSTART|TZOFFSETTO|RRULE|RDATE)(?:;[^:\n]*)?:(.*)$", re.MULTILINE | re.IGNORECASE
)
_STAMP = light.pattern(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2}))?")
_OFFSET = light.pattern(r"([+-])(\d{2})(\d{2})(?:\d{2})?\s*")
_WEEKDAY = light.pattern(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PERIODS = 500  # of one file's zones that are looked at


class Zones:
    """The zones that a calendar names. ``text`` is the whole file, unfolded or not."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, tzinfo | None] = {}

    def find(self, name: str) -> tzinfo | None:
        """The zone of a TZID; None where nothing tells what it is."""
        if name not in self._known:
            self._known[name] = _public(name) or self._drawn.get(name)
        return self._known[name]

    @functools.cached_property
    def _drawn(self) -> dict[str, tzinfo]:
        """The zones of the file's VTIMEZONE components by their TZID."""
        return dict(_drawn(self._text))


@functools.lru_cache(256)
def _public(name: str) -> tzinfo | None:
    """Of "Europe/Berlin", "W. Europe Standard Time" or "/mozilla.org/20070129_1/Europe/Berlin"."""
    from zoneinfo import ZoneInfo

    pieces = _windows().get(name.casefold(), name).strip("/").split("/")
    for count in range(min(3, len(pieces)), min(2, len(pieces)) - 1, -1):  # America/Indiana/Knox has three
        try:
            return ZoneInfo("/".join(pieces[-count:]))
        except (KeyError, OSError, ValueError):  # unknown, a folder, no name of a file
            continue
    return None


@dataclass(frozen=True, slots=True)
class _Period:
    """Standard or summer time: from when on, and how far from UTC. Onsets are in local time."""

    first: datetime
    offset: timedelta
    more: tuple[datetime, ...]
    rule: dict[str, str]

    def begun(self, local: datetime) -> datetime | None:
        """Its last onset up to ``local``."""
        onsets = [self.first, *self.more, *self._yearly(local.year)]
        return max((each for each in onsets if self.first <= each <= local), default=None)

    def _yearly(self, year: int) -> Iterator[datetime]:
        if self.rule.get("FREQ") != "YEARLY":
            return
        ended = self.rule.get("UNTIL", "")[:4]
        latest = min(year, int(ended)) if ended.isdigit() else year
        for each in (latest, latest - 1):
            if (day := self._day(each)) is not None:
                yield day

    def _day(self, year: int) -> datetime | None:
        """Its onset in a year, as "the last Sunday of March"; None where the rule names no such day."""
        try:
            month = int(self.rule.get("BYMONTH", self.first.month))
            last = calendar.monthrange(year, month)[1]
            days = [int(each) for each in self.rule.get("BYMONTHDAY", "").split(",") if each]
            if weekday := _WEEKDAY.fullmatch(self.rule.get("BYDAY", "")):
                within = [
                    each for each in days or range(1, last + 1)
                    if calendar.weekday(year, month, each) == _DAYS.index(weekday[2])
                ]  # fmt: skip
                order = int(weekday[1] or 1)
                day = within[order - 1 if order > 0 else order]
            else:
                day = days[0] if days else self.first.day
            return self.first.replace(year=year, month=month, day=day)
        except (ValueError, IndexError, calendar.IllegalMonthError):
            return None


class _Drawn(tzinfo):
    """A zone as a VTIMEZONE draws it."""

    def __init__(self, periods: list[_Period]) -> None:
        self._periods = periods

    def utcoffset(self, moment: datetime | None) -> timedelta:
        local = (moment or datetime.max).replace(tzinfo=None)
        begun = [(start, each.offset) for each in self._periods if (start := each.begun(local)) is not None]
        # Before all of them nobody knows: the first is the nearest.
        return max(begun)[1] if begun else min(self._periods, key=lambda each: each.first).offset

    def dst(self, moment: datetime | None) -> None:
        return None

    def tzname(self, moment: datetime | None) -> None:
        return None


def _drawn(text: str) -> Iterator[tuple[str, tzinfo]]:
    count = 0
    for component in _DRAWN.finditer(text):
        name = next((value for key, value in _FIELD.findall(component[1]) if key.upper() == "TZID"), "")
        found = [_period(each[2]) for each in _PERIOD.finditer(component[1])]
        periods = [each for each in found if each is not None]
        count += len(periods)
        if count > PERIODS:
            return
        if periods and name:
            yield name.strip(), _Drawn(periods)


def _period(body: str) -> _Period | None:
    fields = [(key.upper(), value.strip()) for key, value in _FIELD.findall(body)]
    first = dict(fields)
    start, offset = _moments(first.get("DTSTART", "")), _OFFSET.fullmatch(first.get("TZOFFSETTO", ""))
    if not start or not offset:
        return None
    away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    if away >= timedelta(days=1):
        return None
    more = tuple(each for key, value in fields if key == "RDATE" for each in _moments(value))
    rule = dict(part.split("=", 1) for part in first.get("RRULE", "").upper().split(";") if "=" in part)
    return _Period(start[0], -away if offset[1] == "-" else away, more, rule)


def _moments(values: str) -> list[datetime]:
    """Dates separated by commas; what is none is left out."""
    found = []
    for each in _STAMP.finditer(values):
        try:
            year, month, day, hour, minute = (int(number or 0) for number in each.groups())
            found.append(datetime(year, month, day, hour, minute))
        except ValueError:
            continue
    return found


@functools.cache
def _windows() -> dict[str, str]:
    rows = (each.partition("=") for each in re.split(r";\s+", _WINDOWS) if each)
    return {name.replace("*", " Standard Time").casefold(): zone for name, _, zone in rows}


# From windowsZones.xml of the Unicode CLDR, territory 001; "*" stands for " Standard Time".
_WINDOWS = """\
AUS Central*=Australia/Darwin; AUS Eastern*=Australia/Sydney; Afghanistan*=Asia/Kabul;
Alaskan*=America/Anchorage; Alberta*=America/Edmonton; Aleutian*=America/Adak; Altai*=Asia/Barnaul;
Arab*=Asia/Riyadh; Arabian*=Asia/Dubai; Arabic*=Asia/Baghdad; Argentina*=America/Buenos_Aires;
Astrakhan*=Europe/Astrakhan; Atlantic*=America/Halifax; Aus Central W.*=Australia/Eucla;
Azerbaijan*=Asia/Baku; Azores*=Atlantic/Azores; Bahia*=America/Bahia; Bangladesh*=Asia/Dhaka;
Belarus*=Europe/Minsk; Bougainville*=Pacific/Bougainville; British Columbia*=America/Vancouver;
Canada Central*=America/Regina; Cape Verde*=Atlantic/Cape_Verde; Caucasus*=Asia/Yerevan;
Cen. Australia*=Australia/Adelaide; Central America*=America/Guatemala; Central Asia*=Asia/Bishkek;
Central Brazilian*=America/Cuiaba; Central Europe*=Europe/Budapest; Central European*=Europe/Warsaw;
Central Pacific*=Pacific/Guadalcanal; Central*=America/Chicago; Central* (Mexico)=America/Mexico_City;
Chatham Islands*=Pacific/Chatham; China*=Asia/Shanghai; Cuba*=America/Havana; Dateline*=Etc/GMT+12;
E. Africa*=Africa/Nairobi; E. Australia*=Australia/Brisbane; E. Europe*=Europe/Chisinau;
E. South America*=America/Sao_Paulo; Easter Island*=Pacific/Easter; Eastern*=America/New_York;
Eastern* (Mexico)=America/Cancun; Egypt*=Africa/Cairo; Ekaterinburg*=Asia/Yekaterinburg;
FLE*=Europe/Kiev; Fiji*=Pacific/Fiji; GMT*=Europe/London; GTB*=Europe/Bucharest; Georgian*=Asia/Tbilisi;
Greenland*=America/Godthab; Greenwich*=Atlantic/Reykjavik; Haiti*=America/Port-au-Prince;
Hawaiian*=Pacific/Honolulu; India*=Asia/Calcutta; Iran*=Asia/Tehran; Israel*=Asia/Jerusalem;
Jordan*=Asia/Amman; Kaliningrad*=Europe/Kaliningrad; Korea*=Asia/Seoul; Libya*=Africa/Tripoli;
Line Islands*=Pacific/Kiritimati; Lord Howe*=Australia/Lord_Howe; Magadan*=Asia/Magadan;
Magallanes*=America/Punta_Arenas; Manitoba*=America/Winnipeg; Marquesas*=Pacific/Marquesas;
Mauritius*=Indian/Mauritius; Middle East*=Asia/Beirut; Montevideo*=America/Montevideo;
Morocco*=Africa/Casablanca; Mountain*=America/Denver; Mountain* (Mexico)=America/Mazatlan;
Myanmar*=Asia/Rangoon; N. Central Asia*=Asia/Novosibirsk; Namibia*=Africa/Windhoek; Nepal*=Asia/Katmandu;
New Zealand*=Pacific/Auckland; Newfoundland*=America/St_Johns; Norfolk*=Pacific/Norfolk;
North Asia East*=Asia/Irkutsk; North Asia*=Asia/Krasnoyarsk; North Korea*=Asia/Pyongyang;
Omsk*=Asia/Omsk; Pacific SA*=America/Santiago; Pacific*=America/Los_Angeles;
Pacific* (Mexico)=America/Tijuana; Pakistan*=Asia/Karachi; Paraguay*=America/Asuncion;
Qyzylorda*=Asia/Qyzylorda; Romance*=Europe/Paris; Russia Time Zone 10=Asia/Srednekolymsk;
Russia Time Zone 11=Asia/Kamchatka; Russia Time Zone 3=Europe/Samara; Russian*=Europe/Moscow;
SA Eastern*=America/Cayenne; SA Pacific*=America/Bogota; SA Western*=America/La_Paz;
SE Asia*=Asia/Bangkok; Saint Pierre*=America/Miquelon; Sakhalin*=Asia/Sakhalin; Samoa*=Pacific/Apia;
Sao Tome*=Africa/Sao_Tome; Saratov*=Europe/Saratov; Singapore*=Asia/Singapore;
South Africa*=Africa/Johannesburg; South Sudan*=Africa/Juba; Sri Lanka*=Asia/Colombo;
Sudan*=Africa/Khartoum; Syria*=Asia/Damascus; Taipei*=Asia/Taipei; Tasmania*=Australia/Hobart;
Tocantins*=America/Araguaina; Tokyo*=Asia/Tokyo; Tomsk*=Asia/Tomsk; Tonga*=Pacific/Tongatapu;
Transbaikal*=Asia/Chita; Turkey*=Europe/Istanbul; Turks And Caicos*=America/Grand_Turk;
US Eastern*=America/Indianapolis; US Mountain*=America/Phoenix; UTC=Etc/UTC; UTC+12=Etc/GMT-12;
UTC+13=Etc/GMT-13; UTC-02=Etc/GMT+2; UTC-08=Etc/GMT+8; UTC-09=Etc/GMT+9; UTC-11=Etc/GMT+11;
Ulaanbaatar*=Asia/Ulaanbaatar; Venezuela*=America/Caracas; Vladivostok*=Asia/Vladivostok;
Volgograd*=Europe/Volgograd; W. Australia*=Australia/Perth; W. Central Africa*=Africa/Lagos;
W. Europe*=Europe/Berlin; W. Mongolia*=Asia/Hovd; West Asia*=Asia/Tashkent; West Bank*=Asia/Hebron;
West Pacific*=Pacific/Port_Moresby; Yakutsk*=Asia/Yakutsk; Yukon*=America/Whitehorse;
"""
