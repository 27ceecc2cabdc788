"""Mail from the command line: what is attached to a forwarded message, what is quoted, what belongs together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gemmasearch import Hit, Index
from gemmasearch.settings import load
from tests.cli.terminal import Ran, run
from tests.readers.mail_files import attached, forwarded, mbox, message, multipart, plain
from tests.readers.pdf_files import holding, pdf

STATIC = {"GSEARCH_EMBEDDER": "static", "GSEARCH_GENERATOR": "none"}
PAGES = (
    "Lease agreement between Dana Bell and Kim Ono for the flat in Mill Lane 4.",
    "The tenant may keep a cat. The cellar is shared with the neighbours.",
    "The monthly rent is 870 euros and is due on the third working day of each month.",
)
SENTENCE = "The harbour crane must be repainted in signal yellow before the inspection."


class Box:
    """A mailbox that was indexed."""

    def __init__(self, folder: Path, raw: bytes) -> None:
        self.path, self.db = folder / "mail" / "Inbox", folder / "index" / "i.db"
        self.path.parent.mkdir()
        self.path.write_bytes(raw)
        done = self.run("index", self.path.parent)
        assert done.code == 0, done.said

    def run(self, command: str, *arguments: str | Path) -> Ran:
        return run(command, "--db", self.db, *arguments, env=STATIC)

    def hits(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("search", "--json", *arguments).text)["data"][
            "hits"
        ]
        return found


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Box:
    inner = multipart(
        plain("The papers are attached.\n\nDana"),
        attached(pdf(PAGES), "lease.pdf", "application/pdf"),
        subject="Papers for Mill Lane",
        number=11,
    )
    outer = multipart(
        plain("For your files."), forwarded(inner), boundary="OUTER", subject="Fwd: Papers", number=12
    )
    others = [message(f"Lunch number {i} is at noon.", number=i, subject=f"Lunch {i}") for i in range(5)]
    return Box(tmp_path_factory.mktemp("lease"), mbox([*others, outer, message("The end.", number=13)]))


@pytest.fixture(scope="module")
def rent(lease: Box) -> dict[str, Any]:
    return lease.hits("how much is the monthly rent")[0]


def test_search_cites_mail_attachment_and_page(lease: Box, rent: dict[str, Any]) -> None:
    first, *_ = lease.run("search", "how much is the monthly rent").lines
    place = (
        "page 3 of lease.pdf, in mail “Papers for Mill Lane” from Dana Bell <dana@example.org>, 2024-05-01"
    )
    assert first.split("\t")[:2] == [str(lease.path), place]
    assert (rent["page"], rent["meta"]["subject"], rent["kind"]) == (3, "Papers for Mill Lane", "pdf")
    assert rent["part"] == rent["meta"]["attached_to"] + "/lease.pdf"


def test_ask_cites_mail_attachment_and_page(lease: Box) -> None:
    answer = lease.run("ask", "How much is the monthly rent?")
    assert answer.code == 0 and "870 euros" in answer.lines[0]
    (source,) = [line for line in answer.lines if line.startswith("[1]")]
    assert "page 3 of lease.pdf, in mail “Papers for Mill Lane”" in source


def test_show_opens_that_page_of_that_attachment(lease: Box, rent: dict[str, Any]) -> None:
    shown = lease.run("show", rent["id"]).lines
    assert f"File: {lease.path}" in shown and "Part: lease.pdf, attached to “Papers for Mill Lane”" in shown
    assert "Page: 3" in shown and shown[-1] == PAGES[2]
    assert not any("cellar" in line for line in shown)


def crane(number: int) -> str:
    """Message of a thread in which the third says something that twenty others quote, wrapped and at any depth."""
    first, own = (
        number == 1,
        [f"Reply number {number} says something about invoice {number * 7} of the yard."],
    )
    body = [f"Opening of the discussion about the yard and its {number} crane."] if first else own
    if number == 3:
        body += ["", f"I spoke to the office. {SENTENCE} That is all I know."]
    if 5 <= number < 25:
        marks = "> " * (1 + number % 4)
        cut = SENTENCE.index(" ", 10 + number)
        quoted = ["I spoke to the office.", SENTENCE[:cut], SENTENCE[cut + 1 :], "That is all I know."]
        body = [
            *body,
            "",
            "On Wed, May 1, 2024 at 12:00, Dana Bell <dana@example.org> wrote:",
            "",
            *(marks + q for q in quoted),
        ]
        body += [f"> An older remark number {number} of somebody else."]
    references = [] if first else [f"References: <1@example.org> <{number - 1}@example.org>"]
    subject = "Crane" if first else "Re: Crane"
    return message("\n".join(body) + "\n", number=number, subject=subject, headers=references)


def opened(folder: Path, messages: Sequence[str]) -> Index:
    box = folder / "mail" / "Inbox"
    box.parent.mkdir()
    box.write_bytes(mbox(messages))
    index = Index.open(folder / "index" / "i.db", settings=load({"embedder": "static"}))
    index.index([box.parent])
    return index


@pytest.fixture(scope="module")
def thread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    lost = message("A lost reply.", number=40, subject="AW: Crane")
    with opened(tmp_path_factory.mktemp("thread"), [*map(crane, range(1, 31)), lost]) as index:
        yield index


def yellow(found: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in found if "yellow" in hit.text]


@pytest.mark.parametrize("mode", ["hybrid", "words", "meaning"])
@pytest.mark.parametrize("words", [SENTENCE, "harbour crane repainted signal yellow", "yellow inspection"])
def test_a_sentence_quoted_twenty_times_is_one_hit(thread: Index, mode: str, words: str) -> None:
    (hit,) = yellow(thread.search(words, mode=mode, limit=40))
    assert "I spoke to the office. The harbour crane" in hit.text and not hit.quoted


def test_the_others_are_behind_quoted(thread: Index) -> None:
    found = yellow(thread.search(f"quoted:yes {SENTENCE}", limit=40))
    assert len(found) == 20 and all(hit.quoted for hit in found)
    assert len(yellow(thread.search("yellow", mode="words", limit=60, collapse=False))) == 21


def test_what_stands_in_quotations_alone_is_found_once(tmp_path: Path) -> None:
    with opened(tmp_path, [crane(number) for number in range(1, 31) if number != 3]) as index:
        (hit,) = yellow(index.search("harbour crane yellow", limit=40))
    assert hit.quoted and len(hit.also_in) == 19


def test_every_hit_knows_its_thread(thread: Index) -> None:
    hit = thread.search("harbour crane yellow")[0]
    assert (hit.thread, hit.messages) == ("1@example.org", 31)
    assert len(thread.search(f"thread:{hit.thread}", limit=99)) == 31


@pytest.mark.slow
def test_an_attachment_without_a_title_goes_by_its_own_name(tmp_path: Path) -> None:
    """It went by the name of the mailbox."""
    mail = multipart(
        plain("See the plan."),
        attached(b"The ferry to Skye leaves at noon.\n", "itinerary.txt", "text/plain"),
        subject="Plan",
        number=1,
    )
    box = Box(tmp_path, mbox([mail, message("Lunch is at noon.", number=2)]))
    assert box.hits("ferry to Skye")[0]["title"] == "itinerary.txt"


@pytest.mark.slow
def test_an_entry_of_an_attached_calendar_went_by_a_hash_and_not_by_the_name_of_its_file(
    tmp_path: Path,
) -> None:
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:2026030{n}T100000Z\nLOCATION:Kiln {n}\nEND:VEVENT\n" for n in (1, 2)
    )
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n".encode()
    box = mbox([message("Older mail.\n", number=7)])
    parts = (attached(calendar, "firings.ics", "text/calendar"), attached(box, "old.mbox"))
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "m.eml").write_text(multipart(plain("see there"), *parts))
    run("index", tmp_path / "mail", "--db", tmp_path / "i.db", env=STATIC)

    def found(line: str) -> list[str]:
        form = ("--format", "{kind} {title}", "--db", tmp_path / "i.db")
        return sorted(run("search", line, *form, env=STATIC).text.splitlines())

    assert found("ext:ics") == ["event firings.ics"] * 2
    assert found("filename:firings.ics type:event") == ["event firings.ics"] * 2
    assert found("ext:mbox") == ["mail Table"]
    assert found("filename:*.ics -type:mail") == ["event firings.ics"] * 2


def test_a_file_inside_a_pdf_without_a_title_was_called_by_the_pdf(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    raw = holding(pdf(["The cover sheet."]), {"sheet.csv": b"part,price\nimpeller,41.90\n"})
    (tmp_path / "h" / "a.pdf").write_bytes(raw)
    run("index", tmp_path / "h", "--db", tmp_path / "i.db", env=STATIC)
    found = run("search", "--format", "{title}: {place}", "impeller", "--db", tmp_path / "i.db", env=STATIC)
    assert found.lines[0] == "sheet.csv: line 2 of sheet.csv"
