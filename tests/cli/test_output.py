"""What the renderer lets through: to a terminal, into a pipe, as JSON."""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from dataclasses import replace

import pytest

from gemmasearch.cli import counts, records, render, views
from gemmasearch.documents import Hit, Problem, Snippet, SyncReport
from gemmasearch.errors import GsearchError, IndexMissing, UsageProblem

PAYLOADS = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;aGk=\x07",
    "\x1bPdcs\x1b\\",
    "\x9b31m",
    "\x9d0;t\x9c",
    "a\rb\bc",
    "\x7f",
    "\u202egnp.exe",
    "\u2066\u2067\u2068\u2069",
    "\u200b\u200e\u200f\ufeff",
    "\u2028\u2029",
    "\udcff\udc80",
    "\U000e0041",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_control_or_bidi_character_of_a_file_reaches_the_terminal(payload: str) -> None:
    shown = render.harmless(f"before {payload} after")
    assert shown.startswith("before ") and shown.endswith(" after")
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), hex(ord(character))


def test_ordinary_text_of_every_script_passes_unchanged() -> None:
    text = "Größe café 日本語 العربية हिन्दी 👍 naïve\n\tindent"
    assert render.harmless(text) == text


def test_a_path_that_is_not_unicode_survives_json_by_its_bytes() -> None:
    path = os.fsdecode(b"/home/d\xe4na/n\xff.txt")
    record = json.loads(json.dumps(records.as_json(Problem(path, "empty"))))
    assert "\ufffd" in record["path"]
    assert base64.b64decode(record["path_b64"]) == os.fsencode(path)


def test_a_date_no_calendar_knows_does_not_break_json() -> None:
    assert records.as_json({"date": 1e300})["date"] is None
    assert records.as_json({"date": 0})["date"] == "1970-01-01T00:00:00Z"


def test_a_subject_that_looks_like_markup_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    out = render.Output()
    out.terminal = True
    hit = Hit(
        "c1",
        1,
        1,
        "/a/[/x].md",
        "",
        "note",
        "[link=http://evil]Invoice [/Pattern]",
        0.5,
        Snippet("[b]x[/b]", ((0, 3),)),
        "",
        0,
        0,
    )
    views.hits(out, [hit])
    shown = capsys.readouterr().out
    assert "Invoice [/Pattern]" in shown and "[b]x[/b]" in shown


def test_a_hit_of_a_folder_that_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out = render.Output()
    out.terminal = True
    hit = Hit("c1", 1, 1, "/disk/a.md", "", "note", "A", 0.5, Snippet("text"), "text", 0, 4)
    views.hits(out, [hit, replace(hit, unavailable="No such file or directory")])
    there, gone = capsys.readouterr().out.split(" 2. ")
    assert "not available" in gone and "not available" not in there
    assert records.as_json(hit)["unavailable"] == ""


def test_a_heading_that_is_the_title_stood_twice_with_every_hit(capsys: pytest.CaptureFixture[str]) -> None:
    out = render.Output()
    out.terminal = True
    hit = Hit("c1", 1, 1, "/a.md", "", "note", "Lease", 0.5, Snippet("text"), "text", 0, 4, ("Lease",))
    views.hits(out, [hit, replace(hit, headings=("Lease", "Notice"))])
    first, second = capsys.readouterr().out.split(" 2. ")
    assert first.count("Lease") == 1
    assert second.count("Lease") == 1 and "· Notice" in second


def test_every_error_has_an_exit_code_a_meaning_and_a_stable_name() -> None:
    def tree(kind: type[GsearchError]) -> list[type[GsearchError]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in tree(sub))]

    for kind in tree(GsearchError)[1:]:
        assert kind.meaning, kind
        assert kind.exit_code in (1, 2, 3, 4, 5, 6, 70, 75, 130)
    assert IndexMissing("x").code == "index_missing"


def test_an_error_under_json_is_an_envelope_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    code = render.failure(UsageProblem("what", "do"), ["search", "--json"])
    got = capsys.readouterr()
    envelope = json.loads(got.out)
    assert code == 2 and got.err == ""
    assert envelope == {
        "gsearch": 1,
        "command": "search",
        "ok": False,
        "exit": 2,
        "error": {"code": "usage_problem", "message": "what", "hint": "do"},
    }


def test_the_summary_counts_every_file_once_and_names_the_reasons() -> None:
    report = SyncReport(
        new=2, unchanged=1, skipped={"encrypted": 1, "no-text": 2}, chunks=5, embedded=5, seconds=1.25
    )
    assert counts.sync_summary(report) == (
        "files: 2 new, 0 changed, 1 unchanged, 0 gone, 3 skipped (2 no-text, 1 encrypted); 5 passages, 5 embedded; 1.2 s"
    )
