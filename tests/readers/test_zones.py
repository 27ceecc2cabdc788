from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.readers.contract import documents

_EXCHANGE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
_OLD_AMERICAN = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:DAYLIGHT
DTSTART:19870405T020000
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
"""
_DATED = """BEGIN:VTIMEZONE
TZID:Dated
BEGIN:STANDARD
DTSTART:20240101T000000
RDATE:20240101T000000,20241001T000000
TZOFFSETTO:+0530
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20240401T000000
TZOFFSETTO:+0630
END:DAYLIGHT
END:VTIMEZONE
"""


def begins(tmp_path: Path, start: str, *more: str, zones: str = "") -> str:
    path = tmp_path / "e.ics"
    lines = ["BEGIN:VEVENT", "SUMMARY:Kiln", start, *more, "END:VEVENT"]
    path.write_text("BEGIN:VCALENDAR\n" + "\n".join(lines) + f"\n{zones}END:VCALENDAR\n")
    (event,) = documents(path)
    return "" if event.date is None else datetime.fromtimestamp(event.date, UTC).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART;TZID=Europe/Berlin:20240705T010000", "2024-07-04 23:00"),
        ("DTSTART;TZID=Europe/Berlin:20240105T010000", "2024-01-05 00:00"),
        ('DTSTART;VALUE=DATE-TIME;TZID="Europe/Berlin":20240105T010000', "2024-01-05 00:00"),
        ("DTSTART;TZID=/mozilla.org/20070129_1/Europe/Berlin:20240705T010000", "2024-07-04 23:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/America/Indiana/Knox:20240105T010000", "2024-01-05 07:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20240705T010000", "2024-07-04 23:00"),
        ("DTSTART;TZID=Eastern Standard Time:20240705T010000", "2024-07-05 05:00"),
        ("DTSTART;TZID=UTC:20240705T010000", "2024-07-05 01:00"),
        ("DUE;TZID=Asia/Tokyo:20240705T010000", "2024-07-04 16:00"),
    ],
)  # fmt: skip
def test_a_time_with_a_zone_was_taken_as_utc(tmp_path: Path, start: str, utc: str) -> None:
    assert begins(tmp_path, start) == utc


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART:20240705T010000Z", "2024-07-05 01:00"),
        ("DTSTART;TZID=Europe/Berlin:20240705T010000Z", "2024-07-05 01:00"),
        ("DTSTART:20240705T010000", "2024-07-05 01:00"),
        ("DTSTART;VALUE=DATE:20240705", "2024-07-05 00:00"),
        ("DTSTART;VALUE=DATE;TZID=Asia/Tokyo:20240705", "2024-07-05 00:00"),
        ("DTSTART;TZID=Atlantis/Poseidonis:20240705T010000", "2024-07-05 01:00"),
        ("DTSTART;TZID=../../../etc/passwd:20240705T010000", "2024-07-05 01:00"),
        ("DTSTART;TZID=Europe:20240705T010000", "2024-07-05 01:00"),
        ("DTSTART;TZID=Europe/Berlin:20249999T010000", ""),
    ],
)
def test_days_floating_times_and_unknown_zones_stay_as_they_are(tmp_path: Path, start: str, utc: str) -> None:
    assert begins(tmp_path, start) == utc


@pytest.mark.parametrize(
    ("zones", "name", "local", "utc"),
    [
        (_EXCHANGE, "Customized Time Zone", "20240705T010000", "2024-07-04 23:00"),
        (_EXCHANGE, "Customized Time Zone", "20240330T120000", "2024-03-30 11:00"),
        (_EXCHANGE, "Customized Time Zone", "20240331T120000", "2024-03-31 10:00"),
        (_EXCHANGE, "Customized Time Zone", "20241027T120000", "2024-10-27 11:00"),
        (_OLD_AMERICAN, "Office", "20240309T120000", "2024-03-09 17:00"),
        (_OLD_AMERICAN, "Office", "20240310T120000", "2024-03-10 16:00"),
        (_OLD_AMERICAN, "Office", "20241104T120000", "2024-11-04 17:00"),
        (_OLD_AMERICAN, "Office", "19800101T120000", "1980-01-01 16:00"),
        (_DATED, "Dated", "20240601T120000", "2024-06-01 05:30"),
        (_DATED, "Dated", "20241101T120000", "2024-11-01 06:30"),
        (_EXCHANGE.replace("+0", "+9"), "Customized Time Zone", "20240705T010000", "2024-07-05 01:00"),
        (_EXCHANGE.replace("BYMONTH=3", "BYMONTH=33"), "Customized Time Zone", "20240705T010000", "2024-07-05 00:00"),
    ],
)  # fmt: skip
def test_a_zone_that_the_file_draws_is_followed(
    tmp_path: Path, zones: str, name: str, local: str, utc: str
) -> None:
    assert begins(tmp_path, f"DTSTART;TZID={name}:{local}", zones=zones) == utc


def test_a_repeated_event_and_one_that_ends_elsewhere_say_so(tmp_path: Path) -> None:
    path = tmp_path / "e.ics"
    lines = ["DTSTART;TZID=Europe/Berlin:20240705T100000", "DTEND;TZID=America/New_York:20240705T130000"]
    begins(tmp_path, *lines, "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20240801T080000Z")
    assert documents(path)[0].text == (
        "Kiln\nWhen: 2024-07-05 10:00 (Europe/Berlin) to 2024-07-05 13:00 (America/New_York)\n"
        "Repeats: every week on Friday, until 2024-08-01"
    )
    begins(tmp_path, 'DTSTART;TZID="(UTC+01:00) Berlin":20240705T100000', "DURATION:PT30M")
    assert documents(path)[0].text == "Kiln\nWhen: 2024-07-05 10:00 to 2024-07-05 10:30 ((UTC+01:00) Berlin)"
