"""What was on a day: refused, as no entry of a diary says the words of such a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gemmasearch.answering import answer, entries
from gemmasearch.store import Store
from tests.answering.conftest import Add

DIARY = (
    "# Diary\n\n## 2026-07-02\nRain all day. Called the plumber.\n\n## 2026-07-03\nThe boiler was repaired by"
    " Mr. Okafor, it cost 180 pounds.\n\n## 4 July 2026\nTrip to the lake with the children.\n"
)
LIST = "# Invoices\n- 14.05.2026 Velowerk, new chain, 45 EUR\n- 01.08.2026 Insurance, 300 EUR\n"


def told(store: Store, question: str) -> str:
    found = answer(store, None, None, question)
    return found.text if found.found else ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did I do on 4 July 2026?", "Trip to the lake"),
        ("what happened on July 3rd, 2026", "boiler was repaired"),
        ("What happened on 2026-07-03?", "boiler was repaired"),
        ("Was ist am 2. Juli 2026 passiert?", "Called the plumber"),
        ("Qu'est-ce que j'ai fait le 4 juillet 2026 ?", "Trip to the lake"),
        ("What is planned for 1 August 2026?", "Insurance"),
    ],
)
def test_what_was_on_a_day_was_refused_where_its_entry_stands_below_it(
    store: Store, add: Add, question: str, said: str
) -> None:
    add("/n/diary.md", DIARY, title="Diary")
    add("/n/list.md", LIST, title="Invoices")
    answered = told(store, question)
    assert said in answered
    others = {"Trip to the lake", "boiler was repaired", "Called the plumber", "Velowerk", "Insurance"} - {
        said
    }
    assert not any(other in answered for other in others), "of other days"


@pytest.mark.parametrize(
    "question",
    ["What happened on 5 July 2026?", "What did I do on 4 July 2025?", "What happened on 4 June 2026?"],
)
def test_a_day_without_an_entry_is_refused(store: Store, add: Add, question: str) -> None:
    add("/n/diary.md", DIARY, title="Diary")
    assert told(store, question) == ""


def test_yesterday_was_told_for_today_where_the_diary_was_changed_today(store: Store, add: Add) -> None:
    now = datetime.now()
    days = [(now - timedelta(days=back)).date().isoformat() for back in (0, 1)]
    add(
        "/n/diary.md",
        f"# Diary\n\n## {days[1]}\nPlanted tulips.\n\n## {days[0]}\nMet the accountant.\n",
        title="Diary",
    )
    assert "accountant" in told(store, "what is on today?")
    assert "tulips" in told(store, "what did I do yesterday?")
    assert told(store, "what did I do the day before yesterday?") == ""


def test_a_day_of_a_diary_in_other_digits_is_that_of_the_question(store: Store, add: Add) -> None:
    add("/n/diary.md", DIARY, title="Diary")
    assert "180 pounds" in told(store, "What did the boiler repair cost on 3 July 2026?")
    assert "lake" in told(store, "Did I go to the lake on 04.07.2026?")


def test_what_came_on_a_day_is_told_where_no_entry_is_of_it(store: Store, add: Add) -> None:
    moment = datetime(2026, 7, 9, 12, tzinfo=UTC).timestamp()
    add(
        "/n/due.ics", "When: 09:00\nWhere: Mill Lane 4\n", title="Dentist Dr. Sato", kind="event", date=moment
    )
    add("/n/other.md", "The rent is due every month.\n", title="Rent", date=moment)
    assert told(store, "What is on 9 July 2026?").startswith("Dentist Dr. Sato: ")


@pytest.fixture
def calendar(add: Add) -> datetime:
    """Appointments around now, the dentist twice."""
    now = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
    for days, title in (
        (-1, "Car inspection"),
        (1, "Dentist Dr. Sato"),
        (40, "Dentist Dr. Sato"),
        (90, "Flight to Lisbon"),
    ):
        moment = now + timedelta(days=days)
        text = f"{title}\nWhen: {moment:%Y-%m-%d %H:%M}\nWhere: Mill Lane 4\n"
        add(f"/n/{days}.ics", text, title=title, kind="event", date=moment.timestamp())
    return now


def test_when_is_the_dentist_told_the_last_appointment_for_the_next(store: Store, calendar: datetime) -> None:
    tomorrow = f"{calendar + timedelta(days=1):%Y-%m-%d}"
    assert tomorrow in told(store, "When is the dentist?")
    assert tomorrow in told(store, "When is my next dentist appointment?")
    assert told(store, "what is on tomorrow?") == f"Dentist Dr. Sato: “When: {tomorrow} 09:00” [1]"
    assert told(store, "was steht morgen an?") == f"Dentist Dr. Sato: “When: {tomorrow} 09:00” [1]"


def test_a_flight_is_when_one_flies(store: Store, calendar: datetime) -> None:
    assert f"{calendar + timedelta(days=90):%Y-%m-%d}" in told(store, "When do I fly to Lisbon?")


def test_a_week_is_told_of_the_calendar(store: Store, calendar: datetime) -> None:
    week = [calendar - timedelta(days=calendar.weekday()) + timedelta(days=at) for at in range(7)]
    for days, title in ((-1, "Car inspection"), (1, "Dentist Dr. Sato")):
        there = (calendar + timedelta(days=days)).date() in {day.date() for day in week}
        assert (title in told(store, "what is on this week?")) == there
    assert "Lisbon" not in told(store, "what appointments do I have next week?")


def test_a_weekday_without_anything_was_told_another_day(store: Store, calendar: datetime) -> None:
    free = f"{calendar + timedelta(days=3):%A}"
    assert told(store, f"do I have anything on {free}?") == ""


def test_what_came_was_refused_as_no_mail_says_that_it_came(store: Store, add: Add) -> None:
    moment = datetime.now().replace(hour=0, minute=30)
    add("/n/a.eml", "The slates will cost 900 euros.", title="Roof", kind="mail", date=moment.timestamp())
    yesterday = (moment - timedelta(days=1)).timestamp()
    add("/n/b.eml", "I found a hut for January.", title="Skiing", kind="mail", date=yesterday)
    add("/n/diary.md", f"# Diary\n\n## {moment:%Y-%m-%d}\nPlanted tulips.\n", title="Diary")
    assert told(store, "what mails came today?") == "Roof: “The slates will cost 900 euros.” [1]"
    assert told(store, "did I get any mail yesterday?") == "Skiing: “I found a hut for January.” [1]"
    assert told(store, "what happened today?") == "“Planted tulips.” [1]"


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("What happened on 14 March?", "What happened on 2026-03-14?"),
        ("What is planned for 14 March?", "What is planned for 2027-03-14?"),
        ("what did I do on the 29th of February?", "what did I do on the 29th of February?"),
        ("What did I do the day before yesterday?", "What did I do 2026-11-28?"),
        ("Was ist heute los?", "Was ist 2026-11-30 los?"),
        ("What is on Friday?", "What is 2026-12-04?"),
        ("What did I do on Friday?", "What did I do 2026-11-27?"),
        ("What did Dana write yesterday?", "What did Dana write yesterday?"),
        ("How much did 14 eggs cost?", "How much did 14 eggs cost?"),
    ],
)
def test_days_of_no_year_are_the_nearest(question: str, written: str) -> None:
    assert entries.dated(question, datetime(2026, 11, 30, 12)) == written
