"""Each output format goes through its own standard parser and comes back whole."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from gemmasearch.cli import formats
from gemmasearch.documents import Hit, Snippet
from gemmasearch.errors import UsageProblem
from tests.cli.terminal import run

ODD = [
    'a "quoted", text',
    "line\nbreak",
    "tab\there",
    "=1+1",
    "+49 761",
    "-5",
    "@cmd",
    "'=1+1",
    "'tis",
    "''-x",
    "{path}",
    "日本",
    "[/x]",
    "a\rb",
    " =1+1",
    "\xa0@cmd",
    "\u200b=1+1",
    "\ufeff+1",
    "",
]


def hit(number: int, text: str) -> Hit:
    return Hit(
        f"c{number}", number, 1, f"/tmp/{text or 'x'}.md", "", "note", text, 0.5, Snippet(text), text, 0, len(text),
        line=number, sender=text, date=0.0,
    )  # fmt: skip


HITS = [hit(n, ODD[n % len(ODD)] + str(n // len(ODD))) for n in range(1000)]


def test_csv_comes_back_whole_but_for_formulas_which_are_made_text() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(formats.csv_lines(HITS)), newline="")))
    assert len(rows) == 1000
    for row, was in zip(rows, HITS, strict=True):
        assert row["path"] == was.path and int(row["line"]) == was.line and float(row["score"]) == 0.5
        assert row["title"] == row["sender"] == row["snippet"]
        assert not row["title"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        read = re.sub("[\\s\u200b\ufeff]", "", row["title"])  # as a spreadsheet may
        assert not read.startswith(("=", "+", "-", "@"))
        formula = re.match("'+(?:[\t\r\n]|[\\s\u200b\ufeff]*[-=+@])", row["title"])
        back = row["title"].removeprefix("'") if formula else row["title"]
        assert back == was.title


def test_an_empty_csv_is_its_header() -> None:
    assert "".join(formats.csv_lines([])).startswith("path,part,kind,")


def test_jsonl_is_one_object_per_line() -> None:
    lines = list(formats.jsonl(HITS))
    assert len(lines) == 1000 and not any("\n" in line for line in lines)
    assert [json.loads(line)["title"] for line in lines] == [h.title for h in HITS]


def test_a_template_fills_fields_and_leaves_braces_of_the_files_alone() -> None:
    fill = formats.template("{path}:{line}: {title}{{x}}\\t{page}|")
    assert fill(HITS[10]) == "/tmp/{path}0.md:10: {path}0{x}\t|"


@pytest.mark.parametrize(
    "text", ["{nope}", "{path.__class__}", "{path!r}", "{path:>10}", "{0}", "{", "}", "{}"]
)
def test_a_template_reaches_nothing_but_the_fields(text: str) -> None:
    with pytest.raises(UsageProblem):
        formats.template(text)


@pytest.mark.parametrize("text", ["{score:>10}", "{path!r}"])
def test_a_field_with_a_width_was_said_not_to_exist(text: str) -> None:
    with pytest.raises(UsageProblem, match="neither a width nor a conversion"):
        formats.template(text)


def test_a_line_of_a_template_stays_one_line_unless_it_ends_with_nul() -> None:
    odd = hit(3, "two\nlines\tand a tab")
    assert formats.template("{path}: {title}")(odd) == "/tmp/two\\nlines\\tand a tab.md: two lines and a tab"
    assert (
        formats.template("{path}: {title}\\0")(odd)
        == "/tmp/two\nlines\tand a tab.md: two\nlines\tand a tab\0"
    )


@pytest.mark.slow
def test_the_line_of_an_error_list_was_that_of_the_passage_and_not_of_the_match(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    note = tmp_path / "home" / "lease.md"
    filler = [f"Item {n} of the list says little." for n in range(30)]
    note.write_text("\n".join(["", "# Lease", "", *filler, "The notice period is three months.", *filler]))
    db = tmp_path / "private" / "index.db"
    assert run("index", "--db", db, tmp_path / "home", "--embedder", "static").code == 0
    lines = note.read_text().split("\n")
    line = 1 + next(at for at, text in enumerate(lines) if "notice" in text)
    said = run(
        "search", "--db", db, "--format", "{path}:{match_line}:{line}", "-n", "1", "notice period"
    ).text
    path, found, begins = said.strip().rsplit(":", 2)
    assert (path, int(found)) == (str(note), line)
    assert int(begins) < line
    (row,) = csv.DictReader(io.StringIO(run("search", "--db", db, "--csv", "-n", "1", "notice").text))
    assert (row["match_line"], row["line"], row["place"]) == (found, begins, f"line {found}")
    hit = json.loads(run("search", "--db", db, "--jsonl", "-n", "1", "notice").text)
    assert hit["match_line"] == line and hit["text"][hit["snippet"]["at"] :].startswith("notice")
    (listed,) = run("search", "--db", db, "--format", "{match_line}", "-n", "1", "ext:md").lines
    assert lines[int(listed) - 1] == filler[0], "without words, the line of the snippet"
