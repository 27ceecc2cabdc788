"""Days without a time, in every time zone: a diary of 31 March is of 31 March, also west of Greenwich."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.answering.surroundings import moment_of
from gemmasearch.cli.views import day
from gemmasearch.index import Index
from gemmasearch.settings import Settings

FILES = {
    "2024-03-31 diary.md": "walnut diary",
    "matter.md": "---\ndate: 2024-03-31\n---\nwalnut matter",
    "late.eml": "From: a@b.org\nDate: Sun, 31 Mar 2024 00:00:00 +0000\nSubject: late\n\nwalnut late\n",
}


@pytest.fixture(params=["America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "UTC"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_diary_was_of_the_day_before_west_of_greenwich(tmp_path: Path, zone: str) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, text in FILES.items():
        (tree / name).write_text(text)
    with Index.open(tmp_path / "i" / "index.db", settings=Settings(embedder="static")) as index:
        index.index([str(tree)])
        notes = {str(tree / name) for name in FILES if name.endswith(".md")}
        for line in ("date:2024-03-31", "date:2024-03-31..2024-04-02", "before:2024-04-01 after:2024-03-31"):
            assert {h.path for h in index.search(f"{line} type:note")} == notes, (zone, line)
        for line in ("date:2024-03-30", "before:2024-03-31", "after:2024-04-01"):
            assert not index.search(f"{line} type:note"), (zone, line)
        assert {day(h.date, h.kind) for h in index.search("type:note")} == {"2024-03-31"}
        (mail,) = index.search("type:mail")  # a moment: in New York it was still the day before
        assert day(mail.date, mail.kind) == ("2024-03-30" if "York" in zone else "2024-03-31")
        assert moment_of(mail).strftime("%Y-%m-%d") == day(mail.date, mail.kind)
        shown = dict(index.show(mail.id)[0].headers)["Date"][:10]
        assert shown == day(mail.date, mail.kind)
        (found,) = index.search(f"type:mail date:{shown}")
        assert found.path == mail.path


CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Walnut fair
DTSTART;VALUE=DATE:20240331
DTEND;VALUE=DATE:20240401
END:VEVENT
BEGIN:VEVENT
SUMMARY:Walnut call
DTSTART:20240331T000000Z
END:VEVENT
END:VCALENDAR
"""


def test_an_event_of_a_whole_day_was_of_the_day_before_west_of_greenwich(tmp_path: Path, zone: str) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "home.ics").write_text(CALENDAR)
    with Index.open(
        tmp_path / "i" / "index.db", settings=Settings(embedder="static", generator="none")
    ) as index:
        index.index([str(tree)])
        days = {h.title: day(h.date, h.kind) for h in index.search("type:event")}
        called = "2024-03-30" if "York" in zone else "2024-03-31"  # a moment, though it is midnight UTC
        assert days == {"Walnut fair": "2024-03-31", "Walnut call": called}
        for title, of in days.items():
            assert title in {h.title for h in index.search(f"date:{of}")}, (zone, title)
        assert {h.title for h in index.search("date:2024-03-30")} == {t for t, d in days.items() if "30" in d}
        assert "Walnut fair" in index.ask("what is on 31 March 2024").text
        assert "Walnut fair" not in index.ask("what is on 30 March 2024").text
