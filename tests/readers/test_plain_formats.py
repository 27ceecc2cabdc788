from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.readers import table
from tests.readers.contract import ReaderContract, documents, read


class TestCalendar(ReaderContract):
    name, file = "calendar", "a.ics"

    def sample(self) -> bytes:
        return (
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20240501T120000\r\nDTEND:20240501T130000\r\n"
            b"RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=FR\r\n"
            b"SUMMARY:Walnut day\\, oiling\r\nLOCATION:Home\r\nDESCRIPTION:Bring the walnut oil\r\n  and a brush\r\n"
            b'ATTENDEE;CN="Bell, Dana":mailto:dana@example.org\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\n'
            b"END:VEVENT\r\nBEGIN:VTODO\r\nSUMMARY:Buy walnut oil\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        )

    def test_an_event_reads_like_an_invitation(self, path: Path) -> None:
        event, todo = documents(path)
        assert event.text == (
            "Walnut day, oiling\nWhen: 2024-05-01 12:00 to 2024-05-01 13:00 (Europe/Berlin)\nRepeats: every 2 weeks on Friday, 10 times\nWhere: Home\n"
            "With: Bell, Dana <dana@example.org>\nBring the walnut oil and a brush"
        )
        assert (event.title, event.date, todo.title) == ("Walnut day, oiling", 1714557600.0, "Buy walnut oil")


def event(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "e.ics"
    path.write_text(
        "\r\n".join(
            ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Day", *lines, "END:VEVENT", "END:VCALENDAR", ""]
        )
    )
    return documents(path)[0].text


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        (("DTSTART;VALUE=DATE:20240501", "DTEND;VALUE=DATE:20240502"), "2024-05-01"),
        (("DTSTART;VALUE=DATE:20240501", "DTEND;VALUE=DATE:20240504"), "2024-05-01 to 2024-05-03"),
        (("DTSTART;VALUE=DATE:20240501", "DTEND;VALUE=DATE:20240501"), "2024-05-01"),
        (("DTSTART;VALUE=DATE:20240501", "DURATION:P2D"), "2024-05-01 to 2024-05-02"),
        (("DTSTART:20240501T233000Z", "DURATION:PT1H30M"), "2024-05-01 23:30 to 2024-05-02 01:00 (UTC)"),
        (("DTSTART;VALUE=DATE:20240501", "DTEND;VALUE=DATE:20249999"), "2024-05-01 to 2024-99-99"),
        (("DTSTART:20240501T1200", "DURATION:P9999D9999"), "2024-05-01 12:00"),
    ],
)
def test_an_event_of_whole_days_ends_on_its_last_one(
    tmp_path: Path, lines: tuple[str, ...], when: str
) -> None:
    assert event(tmp_path, *lines) == f"Day\nWhen: {when}"


def test_an_event_says_its_weekdays_in_words_and_its_description_without_markup(tmp_path: Path) -> None:
    assert event(tmp_path, "RRULE:FREQ=MONTHLY;BYDAY=-1FR,2MO") == (
        "Day\nRepeats: every month on the last Friday and the second Monday"
    )
    assert event(tmp_path, "DESCRIPTION:Bring <b>oil</b><br>and <i>brushes</i>\\nplease") == (
        "Day\nBring oil\nand brushes\nplease"
    )
    assert event(tmp_path, "DESCRIPTION:if a <b then c") == "Day\nif a <b then c"


def test_telephone_numbers_that_are_addresses_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.vcf"
    path.write_text(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Kim Ono\r\nTEL;VALUE=uri;TYPE=home:tel:+351-555-1234\r\n"
        "ANNIVERSARY:20100612\r\nEND:VCARD\r\n"
    )
    assert documents(path)[0].text == "Kim Ono\nPhone: +351-555-1234\nAnniversary: 20100612"


class TestContacts(ReaderContract):
    name, file = "contacts", "a.vcf"

    def sample(self) -> bytes:
        return (
            b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg Walnut\r\nORG:walnut ltd;oil\r\n"
            b"TEL;CELL:+49 1\r\nitem1.EMAIL:j@example.org\r\nEND:VCARD\r\nBEGIN:VCARD\r\nN:Ono;Kim;;;\r\nEND:VCARD\r\n"
        )

    def test_a_card_shows_its_name_numbers_and_addresses(self, path: Path) -> None:
        first, second = documents(path)
        assert first.text == "Jörg Walnut\nOrganisation: walnut ltd, oil\nPhone: +49 1\nE-mail: j@example.org"
        assert second.title == "Ono Kim"


class TestCode(ReaderContract):
    name, file, renamed = "code", "a.py", ""

    def sample(self) -> bytes:
        return b"import os\n\n\nclass Table:\n    wood = 'walnut'\n\n\ndef oil(x):\n    return x\n"

    def test_functions_and_classes_are_headings(self, path: Path) -> None:
        (found,) = documents(path)
        assert [s.headings for s in found.sections] == [(), ("Table",), ("oil",)]


class TestData(ReaderContract):
    name, file, renamed = "data", "a.json", "file"

    def sample(self) -> bytes:
        return b'{"table": {"wood": "walnut", "legs": 4}}\n'

    def test_of_a_large_table_the_beginning_is_read(self, path: Path) -> None:
        path = path.with_suffix(".csv")
        path.write_text("name,wood\n" + "table,walnut\n" * 200_000)
        document, rest = read(path)
        assert isinstance(document, Document) and len(document.text) == 2_000_000
        assert isinstance(rest, Problem) and (rest.reason, rest.part) == ("limit", "rest")


class TestMhtml(ReaderContract):
    name, file = "mhtml", "a.mhtml"

    def sample(self) -> bytes:
        return (
            b"From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/oil\nSubject: Oil\nDate: Wed, 01 May 2024 12:00:00 +0000\n"
            b'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="B"\n\n--B\nContent-Type: text/html\n'
            b"Content-Transfer-Encoding: quoted-printable\n\n<title>Oil</title><p>The walnut =\ntable</p>\n--B--\n"
        )

    def test_the_address_of_a_saved_page_is_kept(self, path: Path) -> None:
        (found,) = documents(path)
        assert (found.text, found.meta["url"], found.date) == (
            "The walnut table",
            "https://example.org/oil",
            1714564800.0,
        )


@pytest.mark.parametrize("name", ["a.json", "chat.jsonl", "note.ipynb", "nameless"])
def test_words_behind_an_escape_of_json_are_found(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(
        '{"from": "J\\u00f6rg",\n "say": "oak\\nwalnut\\ttable \\ud83d\\ude00 \\"x\\" C:\\\\new \\u0007 \\ud83d"}'
    )
    assert documents(path)[0].text == '{"from": "Jörg",\n "say": "oak walnut table 😀 "x" C:\\new   �"}'


def test_backslashes_of_other_data_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.ini"
    path.write_text("[a]\npath=C:\\new\\table\n")
    assert documents(path)[0].text == "[a]\npath=C:\\new\\table\n"


@pytest.mark.parametrize("name", ["a.md", "a.json", "a.xml", "a.css", "a.txt"])
def test_a_picture_within_a_text_is_not_read_and_lines_keep_their_numbers(tmp_path: Path, name: str) -> None:
    code = base64.b64encode(bytes(range(256)) * 3).decode()
    wrapped = base64.encodebytes(bytes(range(256)) * 3).decode()
    path = tmp_path / name
    path.write_text(f"one\n(data:image/png;base64,{code})\n{wrapped}word\n{'a' * 300}\n")
    text = documents(path)[0].text
    lines = wrapped.count("\n")
    assert text == "one\n(data:image/png;base64,…)\n…" + "\n" * lines + f"word\n{'a' * 300}\n"


def test_every_row_of_the_table_has_a_contract_test() -> None:
    waiting, tested = list(ReaderContract.__subclasses__()), set()
    import tests.readers.test_archives
    import tests.readers.test_browser
    import tests.readers.test_enex
    import tests.readers.test_html
    import tests.readers.test_mail
    import tests.readers.test_mailbox
    import tests.readers.test_notebook
    import tests.readers.test_notes
    import tests.readers.test_ocr
    import tests.readers.test_office
    import tests.readers.test_pdf
    import tests.readers.test_tnef  # noqa: F401

    waiting = list(ReaderContract.__subclasses__())
    tested = {each.name for each in waiting}
    assert {f.name for f in readers.FORMATS} == tested


def test_every_reader_and_sniffer_of_the_table_exists() -> None:
    for format in readers.FORMATS:
        assert callable(format.load())
        assert format.matches(b"nothing of the kind", "x") is False


def test_a_package_adds_a_format_and_a_broken_one_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brew.py").write_text(
        "from gemmasearch.documents import Document\nfrom gemmasearch.readers import Format\n"
        "BREW = Format('brew', 'recipe', (), ('.brew',), 'brew:read', 1, textual=True)\n"
        "TWIN = Format('pdf', 'pdf', (), ('.pdf',), 'brew:read', 1)\n"
        "def read(source, settings):\n    yield Document('recipe', source.read().decode()[::-1])\n"
    )
    info = tmp_path / "brew-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brew\nVersion: 1.0\n")
    points = "brew = brew:BREW\nbroken = brew:NOTHING\ngone = nowhere:X\nno = brew:read\ntwin = brew:TWIN\n"
    (info / "entry_points.txt").write_text(f"[gemmasearch.readers]\n{points}")
    monkeypatch.syspath_prepend(str(tmp_path))
    caches = (table.formats, table._added)
    for cache in caches:
        cache.cache_clear()
    try:
        assert readers.formats()[-1].name == "brew" and len(readers.formats()) == len(readers.FORMATS) + 1
        assert [each.partition(":")[0] for each in table.broken_formats()] == ["broken", "gone", "no", "twin"]
        (tmp_path / "a.brew").write_text("tunlaw")
        (found,) = readers.read(str(tmp_path / "a.brew"))
        assert isinstance(found, Document) and (found.kind, found.text) == ("recipe", "walnut")
    finally:
        monkeypatch.undo()
        for cache in caches:
            cache.cache_clear()


def test_to_tell_what_a_note_is_loaded_the_readers_of_all_other_formats() -> None:
    code = (
        "import sys; from gemmasearch.readers.formats import Source;"
        "from gemmasearch.readers.recognition import recognised;"
        "print(recognised(Source.of_bytes(b'# Garden\\n\\nBeans\\n', '/x/a.md')).name,"
        " *(m for m in sys.modules if m.startswith('gemmasearch.readers.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    name, *loaded = done.stdout.split()
    assert name == "markdown"
    own = {"heads", "mail_head", "formats", "recognition", "table", "textual"}
    assert {each.rpartition(".")[2] for each in loaded} - own <= {"isolate", "channel", "frames", "sandbox"}
