from __future__ import annotations

import random
import struct
import time
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document
from gemmasearch.readers import frontmatter, textual
from tests.readers.contract import ReaderContract, documents, problem


class TestMarkdown(ReaderContract):
    name, file, renamed = "markdown", "a note.md", ""

    def sample(self) -> bytes:
        return b"---\ntitle: Table\ntags: [wood, home]\ndate: 2024-05-01\n---\n# Oil\n\nThe walnut table.\n"


class TestOrg(ReaderContract):
    name, file, renamed = "org", "a.org", ""

    def sample(self) -> bytes:
        return b"#+TITLE: Table\n#+FILETAGS: :wood:home:\n* TODO Oil :now:\nThe walnut table.\n"


class TestRst(ReaderContract):
    name, file, renamed = "rst", "a.rst", ""

    def sample(self) -> bytes:
        return b"=====\nTable\n=====\n\nOil\n---\n\nThe walnut table.\n"


class TestLatex(ReaderContract):
    name, file, renamed = "latex", "a.tex", ""

    def sample(self) -> bytes:
        return b"\\documentclass{article}\n\\title{Table}\n\\begin{document}\n\\section{Oil}\nThe walnut table.\n\\end{document}\n"


class TestText(ReaderContract):
    name, file, renamed = "text", "a.txt", "README"

    def sample(self) -> bytes:
        return b"Shopping\n\nOil for the walnut table and a brush.\n"


def note(tmp_path: Path, text: str | bytes, name: str = "n.md") -> Document:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (found,) = documents(path)
    return found


def headings(found: Document) -> list[tuple[str, ...]]:
    return [s.headings for s in found.sections]


def test_front_matter_gives_title_date_and_tags_and_keeps_the_line_numbers(tmp_path: Path) -> None:
    found = note(
        tmp_path,
        "---\ntitle: 'Oak: a tree'\ndate: 2024-05-01T10:00:00+02:00\ntags:\n  - wood\n  - \"two words\"\n---\n# H\nx\n",
    )
    assert (found.title, found.date, found.tags) == ("Oak: a tree", 1714550400.0, ("wood", "two words"))
    assert found.text.split("\n").index("# H") == 7


def test_a_ruler_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    found = note(tmp_path, "---\nJust a line under a ruler.\n\n# Heading\n")
    assert (found.title, found.tags, found.date) == ("Heading", (), None)


def test_toml_front_matter(tmp_path: Path) -> None:
    found = note(tmp_path, '+++\ntitle = "Oak"\ntags = ["a", "b"]\ndate = 2024-05-01\n+++\nText\n')
    assert (found.title, found.tags, found.date) == ("Oak", ("a", "b"), 1714521600.0)


def test_headings_form_paths_and_comments_in_code_are_none(tmp_path: Path) -> None:
    found = note(tmp_path, "intro\n\n# A\n\n```sh\n# not a heading\n```\n\n### C\ntext\n\nB\n---\nmore\n")
    assert headings(found) == [(), ("A",), ("A", "C"), ("A", "B")]
    assert found.text[found.sections[2].start :].startswith("### C")


def test_a_list_above_a_ruler_is_no_heading(tmp_path: Path) -> None:
    assert headings(note(tmp_path, "- milk\n---\n\n| a | b |\n---\n")) == []


def test_markup_is_taken_out_of_titles(tmp_path: Path) -> None:
    assert (
        note(tmp_path, "# The [`big`](http://x.y) **table** [[Page|alias]]\n").title == "The big table alias"
    )


def test_org_keywords_and_tags_are_no_part_of_headings(tmp_path: Path) -> None:
    found = note(
        tmp_path, "#+title: T\n#+date: <2024-05-01 Wed>\n* DONE [#A] Oil it :home:now:\n** sub\n", "a.org"
    )
    assert (found.title, found.date) == ("T", 1714521600.0)
    assert headings(found) == [(), ("Oil it",), ("Oil it", "sub")]


def test_rst_levels_follow_their_order_and_tables_are_no_headings(tmp_path: Path) -> None:
    text = "Top\n===\n\nOne\n---\n\n====  ====\na     b\n====  ====\n\nTwo\n---\n\nNext\n====\n"
    assert headings(note(tmp_path, text, "a.rst")) == [("Top",), ("Top", "One"), ("Top", "Two"), ("Next",)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_the_encoding_of_a_note_is_found(tmp_path: Path, encoding: str) -> None:
    text = "Der Schlüssel für die Tür liegt unter dem großen Blumentopf; bitte nicht verlieren, sonst wird es schön teuer.\n"
    assert note(tmp_path, text.encode(encoding), "a.txt").text == text


def test_asian_and_cyrillic_encodings_are_guessed(tmp_path: Path) -> None:
    russian = "Ключ от двери лежит под большим цветочным горшком, не потеряй его, пожалуйста.\n" * 3
    japanese = "鍵は大きな植木鉢の下にあります。なくさないように気をつけてください。\n" * 3
    assert note(tmp_path, russian.encode("cp1251"), "r.txt").text == russian
    assert note(tmp_path, japanese.encode("shift_jis"), "j.txt").text == japanese


def test_a_few_damaged_bytes_do_not_turn_utf8_into_mojibake(tmp_path: Path) -> None:
    raw = ("Schlüssel für die Tür. " * 40).encode() + b"\xff\xfe" + "Größe".encode()
    assert "Schlüssel für die Tür" in note(tmp_path, raw, "a.txt").text


def test_line_ends_are_one_kind_and_controls_are_gone(tmp_path: Path) -> None:
    assert (
        note(tmp_path, b"one line\r\nanother line\rand a third\x01" + b" long" * 20, "a.txt").text
        == "one line\nanother line\nand a third" + " long" * 20
    )


def test_junk_named_as_a_note_says_that_it_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "holiday.md"
    path.write_bytes(bytes(range(256)) * 40)
    assert problem(path).reason == "binary"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert problem(path).reason == "binary"


def test_a_log_after_a_power_cut_or_a_note_with_a_zero_byte_was_called_binary(tmp_path: Path) -> None:
    cut = b"10:00 pump on\n" + bytes(4096) + "10:07 reboot, drüben\n".encode()
    assert note(tmp_path, cut, "app.log").text == "10:00 pump on\n10:07 reboot, drüben\n"
    assert note(tmp_path, bytes(20_000) + b"late words\n", "b.log").text == "late words\n"
    assert note(tmp_path, b"# Walrus\n\nIt swims\0 far.\n", "c.md").text.endswith("It swims far.\n")
    path = tmp_path / "d.txt"
    for junk in (b"words and \xff\xfe\x80 bytes\0" * 9, bytes(range(1, 32)) * 9 + b"\0 words"):
        path.write_bytes(junk)
        assert problem(path).reason == "binary"


def test_a_note_that_libmagic_takes_for_a_program_is_still_a_note(tmp_path: Path) -> None:
    found = note(
        tmp_path, "import os\n\ndef main():\n    from x import y\n    print('#!')\n" * 5, "snippets.md"
    )
    assert found.kind == "note"


def test_white_space_only_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\n \n\t\n")
    assert problem(path).reason == "empty"


def test_a_kind_nobody_reads_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(b"MThd" + bytes([0, 0, 0, 6, 0, 1, 0, 1, 0, 96]) + bytes(40))
    assert (problem(path).reason, problem(path).detail) == ("unsupported", "audio/midi")
    assert readers.recognise(str(path)) is None and readers.version_of(str(path)) == ""


def test_a_text_over_the_limit_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("long " * 100)
    assert problem(path, max_text_bytes=100).reason == "too-large"


def test_front_matter_is_no_passage_of_its_own(tmp_path: Path) -> None:
    text = "---\ntitle: Lisbon\ntags: [travel]\n---\n\n# Lisbon\n\nBy night train.\n\n## Costs\n\nMuch.\n"
    (tmp_path / "a.md").write_text(text)
    [document] = documents(tmp_path / "a.md")
    assert [(s.start, s.headings) for s in document.sections] == [
        (0, ("Lisbon",)),
        (text.index("## Costs"), ("Lisbon", "Costs")),
    ]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("minutes-2025-03-18.md", "2025-03-18"),
        ("20250318 walk.txt", "2025-03-18"),
        ("2025_03_18.org", "2025-03-18"),
        ("2025-13-18.md", None),
        ("120250318.md", None),
        ("2025-03-18 to 2025-03-20.md", None),
    ],
)
def test_the_day_in_a_file_name_is_the_date_of_its_note(tmp_path: Path, name: str, day: str | None) -> None:
    """Journals and minutes had no date: no `after:` found them, and of two the older could come first."""
    document = note(tmp_path, "The roof was mended.\n", name)
    assert document.date == (None if day is None else frontmatter.moment(day))
    said = note(tmp_path, "---\ndate: 2024-01-02\n---\nA.\n", "2025-03-19.md")
    assert said.date == frontmatter.moment("2024-01-02")


@pytest.mark.parametrize(
    "said",
    [
        "5 March 2024",
        "March 5, 2024",
        "Tue, Mar. 5th, 2024",
        "05.03.2024",
        "5. 3. 2024",
        "Tue, 05 Mar 2024 00:00:00 GMT",
    ],
)
def test_a_date_is_understood_as_people_write_it(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\ndate: {said}\n---\ntext\n")
    assert documents(path)[0].date == 1709596800.0


@pytest.mark.parametrize("said", ["may be later", "31 February 2024", "31.02.2024", "March 2024", "3/5"])
def test_what_is_no_date_is_none(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\ntitle: x\ndate: {said}\n---\ntext\n")
    assert documents(path)[0].date is None


@pytest.mark.parametrize(
    ("front", "title", "tags", "date"),
    [
        (
            "title: >-\n  Oak: a long\n  title\nupdated: 2024-05-03 10:00:00Z\ncreated: 2024-05-01 10:00:00Z\n"
            "completed?: no\ntags:\n  - wood care\n  - oil",
            "Oak: a long title", ("wood care", "oil"), 1714557600.0,
        ),
        ("title: 'It''s oak'\ndate created: Wednesday, May 1st 2024, 8:30:00 am", "It's oak", (), 1714521600.0),
        ('title: "the \\"oak\\""\ncreated_at: 2024-05-01\ntags: [\n  wood,\n  "two words",\n]', 'the "oak"',
         ("wood", "two words"), 1714521600.0),
        ("title: Oak\naliases: [Quercus]\ncreated: 1714557600000\ntags: '#wood #oil'", "Oak", ("wood", "oil"), 1714557600.0),
        ("title: |\n  Oak\ntags: wood, oil\ncreation date: 1 May 2024 at 10:00", "Oak", ("wood", "oil"), 1714521600.0),
    ],
)  # fmt: skip
def test_front_matter_as_obsidian_joplin_and_others_write_it(
    tmp_path: Path, front: str, title: str, tags: tuple[str, ...], date: float
) -> None:
    found = note(tmp_path, f"---\n{front}\n---\n\nText.\n")
    assert (found.title, found.tags, found.date) == (title, tags, date)


_FIELDS = """\
id: 0123456789abcdef0123456789abcdef
parent_id: 0123456789abcdef0123456789abcde0
created_time: 2024-05-02T10:00:00.000Z
updated_time: 2024-05-03T10:00:00.000Z
latitude: 52.50000000
author: Dana
source_url: https://example.org/oak
is_todo: 0
user_created_time: 2024-05-01T10:00:00.000Z
encryption_cipher_text:
encryption_applied: 0
deleted_time: 0
type_: 1"""


def test_the_fields_below_a_note_of_joplin_were_text(tmp_path: Path) -> None:
    found = note(tmp_path, f"The oak table\n\n# Oil\n\nWalnut oil.\n\n{_FIELDS}")
    assert found.text == "The oak table\n\n# Oil\n\nWalnut oil."
    assert (found.title, found.date, headings(found)) == ("The oak table", 1714557600.0, [(), ("Oil",)])
    assert found.meta == {"author": "Dana", "url": "https://example.org/oak"}
    assert note(tmp_path, f"Only a title\n\n{_FIELDS}").text == "Only a title"
    quoted = f"About Joplin\n\n{_FIELDS}\n\nThat is how it ends.\n"
    assert note(tmp_path, quoted).text == quoted
    assert note(tmp_path, "Types\n\ntype_: 1\n").text == "Types\n\ntype_: 1\n"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("type_: 1", "type_: 2", "no-text"),
        ("type_: 1", "type_: 13", "no-text"),
        ("encryption_applied: 0", "encryption_applied: 1", "encrypted"),
        ("deleted_time: 0", "deleted_time: 1714557600000", "unsupported"),
    ],
)
def test_what_is_no_note_of_joplin_is_named(tmp_path: Path, before: str, after: str, reason: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"Wood\n\n{_FIELDS.replace(before, after)}")
    assert problem(path).reason == reason
    path.write_text(_FIELDS.replace(before, after))
    assert problem(path).reason == reason


def test_the_properties_of_a_logseq_page(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("title:: Oil\ntags:: [[wood care]], [[May]]\n\n- one\n  id:: 65\n")
    found = documents(path)[0]
    assert (found.title, found.tags, found.text[:7]) == ("Oil", ("wood care", "May"), "title::")
    path.write_text("std::string walnut\n")
    assert documents(path)[0].title == ""


def test_a_short_listing_with_links_of_a_terminal_was_no_text(tmp_path: Path) -> None:
    path = tmp_path / "listing.txt"
    path.write_text("\x1b]8;;file:///a\x07oak\x1b]8;;\x07 \x1b]8;;file:///b\x07elm\x1b]8;;\x07\n")
    assert documents(path)[0].text == "oak elm\n"


def test_the_colours_of_a_log_do_not_stick_to_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("\x1b[1;31mfailed\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1b(Bend\n")
    assert documents(path)[0].text == "failed link end\n"


def test_counts_of_tasks_are_no_part_of_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.org"
    path.write_text("* TODO [1/2] Oil the table :wood:\ntext\n** Buy [50%]\nx\n")
    assert documents(path)[0].sections[1].headings == ("Oil the table", "Buy")


def test_soft_hyphens_do_not_keep_words_from_being_found(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Donau\u00addampf\u00adschiff zero\u200bwidth ភាសា\u200bខ្មែរ\n", encoding="utf-8")
    assert documents(path)[0].text == "Donaudampfschiff zerowidth ភាសា\u200bខ្មែរ\n"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# Beds\n\nDug over. #garden #soil/compost, (#spring)\n", ("garden", "soil/compost", "spring")),
        ("---\ntags: [wood]\n---\nOiled. #wood #Öl\n#first\n", ("wood", "Öl", "first")),
        ("- NOW write #tax #[[two words]]\n", ("tax", "two words")),
        ("#2024-goals and #1a\n", ("2024-goals", "1a")),
        (
            "## Heading\n\nissue #12, see page.html#top, a C#major, `#code` and\n\n```sh\n#!/bin/sh\n#comment\n```\n",
            (),
        ),
        ("~~~\n#one\n~~~\n#two\n\n```\n#three\n", ("two",)),
        ("[x](#anchor) <#no> ## \\#no [[Note#Part]]\n", ()),
    ],
)
def test_tags_within_the_text_of_a_note(tmp_path: Path, text: str, tags: tuple[str, ...]) -> None:
    assert note(tmp_path, text).tags == tags


def test_tags_of_org_headings(tmp_path: Path) -> None:
    path = tmp_path / "books.org"
    path.write_text("#+FILETAGS: :reading:\n* Darkness :scifi:novel:\nText :no: tag\n** DONE Wall :german:\n")
    (found,) = documents(path)
    assert found.tags == ("reading", "scifi", "novel", "german")


@pytest.mark.parametrize(
    "text", ["```\n```\n #1\n" * 30_000, "`" * 400_000 + " #c", "#[[" * 100_000, "` #a \n" * 50_000]
)
def test_tags_are_looked_for_in_linear_time(tmp_path: Path, text: str) -> None:
    start = time.process_time()
    note(tmp_path, text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"Gr\"o{\ss}e, Stra\ss e, stra\ss{}e", "Größe, Straße, straße"),
        (r"Jos\'e N\'u\~nez, na\"{\i}ve, na{\"\i}ve", "José Núñez, naïve, naïve"),
        (r"{\"O}l, \"{u}ber, Erd\H{o}s, \v{S}koda, \c{c}a, {\L}\'od\'z", "Öl, über, Erdős, Škoda, ça, Łódź"),
        (r"\textbf{\"O}l, \emph{\ss}", r"\textbf{Ö}l, \emph{ß}"),
        (r'a \\"o \item \under \rho \vec{x} \left. x \loop \omega', ""),
    ],
)
def test_of_accents_in_latex_no_word_was_found(tmp_path: Path, written: str, read: str) -> None:
    assert note(tmp_path, f"{written}\nend", "a.tex").text == f"{read or written}\nend"


def test_latex_has_a_title_and_headings(tmp_path: Path) -> None:
    found = note(
        tmp_path,
        '\\documentclass{article}\n\\title{Drift of {\\"o}l \\emph{slicks}\\thanks{Paid by X}}\n\\begin{document}\n'
        '\\section[Intro]{Introduction}\\label{a}\nWords.\n\\subsection*{Gr\\"o{\\ss}e}\nMore.\n\\end{document}\n',
        "a.tex",
    )
    assert found.title == "Drift of öl slicks"
    assert [each.headings for each in found.sections] == [(), ("Introduction",), ("Introduction", "Größe")]
    assert (
        note(tmp_path, '@article{a, author={M{\\"u}ller, J.}}', "a.bib").text
        == "@article{a, author={Müller, J.}}"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "Насос на даче сломался, вызови сантехника.",
        "Η αντλία χάλασε, κάλεσε τον υδραυλικό.",
        "המשאבה התקלקלה, תתקשר לשרברב.",
        "المضخة معطلة، اتصل بالسباك غدا.",
        "เครื่องสูบน้ำเสีย โปรดโทรหาช่าง",
        "पंप खराब है, कल नलसाज़ को बुलाओ।",
        "ポンプが壊れたので、明日修理を頼む。",
        "水泵坏了，请在周末之前叫水管工来修。",
        "水泵壞了，請在週末之前叫水管工來修。",
        "펌프가 고장 났으니 내일 배관공을 부르세요.",
    ],
)
def test_text_in_utf_16_without_a_mark_was_called_binary_where_it_is_not_western(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(f"{text}\r\n".encode(encoding))
    (note,) = documents(path)
    assert note.text.strip() == text


def test_bytes_that_are_no_text_make_no_sense_as_utf_16() -> None:
    numbers = random.Random(7)
    noise = [numbers.randbytes(size) for size in (24, 40, 200, 4096) for _ in range(500)]
    counted = [struct.pack("<64H", *range(start, start + 64)) for start in (0x3A0, 0x400, 0x600, 0x900)]
    noise += counted
    assert not any(textual._makes_sense(raw, code) for raw in noise for code in ("utf-16-le", "utf-16-be"))
