"""Passages: a partition of the text, within the limit, cut where a reader would cut."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemmasearch.documents import Chunk, Document, Section
from gemmasearch.indexing.chunking import PROMPT, split
from gemmasearch.indexing.measure import _SCRIPTS, Measure, _pieces
from gemmasearch.store.keys import passage_title

_WORD = re.compile(r"\w+|[^\w\s]")


def count(text: str) -> int:
    return len(_WORD.findall(text))


def count_bytes(text: str) -> int:
    """The worst tokenizer: one token per byte."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, target: int = 40, limit: int = 80, **fields: object) -> list[Chunk]:
    return split(Document("note", text, **fields), count, target, limit)  # type: ignore[arg-type]


def assert_partition(text: str, chunks: list[Chunk]) -> None:
    assert "".join(c.text for c in chunks) == text
    assert [c.start for c in chunks[1:]] == [c.end for c in chunks[:-1]]
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))
    assert all(text[c.start : c.end] == c.text for c in chunks)


PIECES = st.sampled_from(
    ["word ", "Sentence ends. ", "\n", "\n\n", "# Head\n", "- item\n", "```\n", "| a | b |\n", "  code()\n", "\r\n",
     "日本語のテキスト。", "नमस्ते ", "e\u0301", "👩‍👩‍👧", "\ud83d", "\x00", "\t", " ", "x" * 300, "a1b2c3d4", "\u2028"]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = "".join(draw(st.lists(PIECES | st.text(max_size=20), max_size=60)))
    places = st.integers(0, len(text))
    borders = sorted({0, len(text), *draw(st.lists(places, max_size=5))})
    headings = st.lists(st.sampled_from(["One", "Two", "Three"]), max_size=2).map(tuple)
    sections = tuple(
        Section(a, b, draw(headings), draw(st.none() | st.integers(1, 2))) for a, b in pairwise(borders)
    )
    marks = sorted(set(draw(st.lists(places, max_size=4))))
    quoted = tuple(zip(marks[::2], marks[1::2], strict=False))
    return Document(
        "note", text, title=draw(st.sampled_from(["", "A title"])), sections=sections, quoted=quoted
    )


@given(documents(), st.integers(4, 60), st.integers(50, 120))
@settings(max_examples=150, deadline=None)
def test_any_document_is_partitioned_within_the_limit(document: Document, target: int, limit: int) -> None:
    for counter in (count, count_bytes):
        chunks = split(document, counter, target, limit)
        assert_partition(document.text, chunks)
        for chunk in chunks:
            title = passage_title(document.title, chunk.headings)
            room = max(PROMPT, limit - PROMPT - counter(title))
            assert counter(chunk.text) <= room or len(chunk.text) == 1
            assert chunk.line == document.text.count("\n", 0, chunk.end - len(chunk.text.lstrip())) + 1


@given(documents())
@settings(max_examples=100, deadline=None)
def test_quotes_are_passages_of_their_own(document: Document) -> None:
    for chunk in split(document, count, 30, 90):
        for at in range(chunk.start, chunk.end):
            if not document.text[at].isspace():
                inside = any(start <= at < end for start, end in document.quoted)
                assert inside == chunk.quoted


def test_paragraphs_stay_whole_where_they_fit() -> None:
    paragraphs = [f"Paragraph {i} has some words in it, twelve or so.\n\n" for i in range(40)]
    text = "".join(paragraphs)
    chunks = cut(text)
    starts = {sum(map(len, paragraphs[:i])) for i in range(40)}
    assert len(chunks) > 8
    assert {c.start for c in chunks} <= starts


def test_a_long_paragraph_is_cut_between_sentences_of_like_size() -> None:
    text = "".join(f"This is sentence number {i} of a long paragraph. " for i in range(30))
    chunks = cut(text)
    assert all(c.text.startswith("This is") for c in chunks)
    sizes = [count(c.text) for c in chunks]
    assert max(sizes) <= 50 and min(sizes) > 15


def test_a_list_is_cut_between_its_items() -> None:
    text = "".join(f"- item {i} of a list. It has two sentences\n" for i in range(30))
    assert all(c.text.startswith("- item") for c in cut(text))


def test_the_words_that_introduce_a_long_list_or_table_are_no_passage_of_their_own() -> None:
    items = "".join(f"- item {i} of a list, with some words\n" for i in range(30))
    rows = "| Plant | When |\n|---|---|\n" + "".join(f"| Plant {i} | in March {i} |\n" for i in range(30))
    for block in (items, rows, "A sentence of a long paragraph. " * 30):
        first = cut("# Garden\n\nPlease bring these:\n\n" + block)[0].text
        assert first.startswith("# Garden") and len(first) > 80, first
    before = "Words that stand before it, quite a few of them. " * 3
    assert cut(f"{before}\n\nPlease bring:\n\n{items}")[1].text.startswith("Please bring:")


def test_a_line_that_leads_to_a_paragraph_stays_with_it() -> None:
    long = "Many words stand in this paragraph, enough for a passage of their own. " * 2
    for lead in ("The rent is due as follows:", "Heating costs"):
        texts = [c.text.strip() for c in cut(f"{long}\n\n{lead}\n\n{long}\n\nThat was all.\n")]
        assert texts[0] == long.strip() and texts[1].startswith(lead), texts
    assert cut(f"{long}\n\nThat is settled.\n\n{long}")[0].text.strip().endswith("That is settled.")


def test_what_is_indented_below_an_item_stays_with_it() -> None:
    text = "".join(f"- item {i} of a list\n  more {i}\n" for i in range(40))
    chunks = cut(text)
    assert len(chunks) > 5 and all(c.text.startswith("- item") for c in chunks)


def test_a_code_block_with_blank_lines_stays_whole() -> None:
    code = "```python\ndef f():\n    pass\n\n\ndef g():\n    pass\n```\n"
    text = "Some words before the block of code.\n\n" + code + "\n" + "And words after it, a few.\n\n" * 8
    holding = [c for c in cut(text) if "def f" in c.text]
    assert len(holding) == 1 and code in holding[0].text


def test_a_heading_starts_a_passage_and_tiny_parts_join() -> None:
    long = "Many words stand under this heading, enough for a passage of their own. " * 3
    parts = ["# Top\n\n", f"## A\n\n{long}\n", f"## B\n\n{long}\n", "## C\n\nshort\n"]
    bounds = [0]
    for part in parts:
        bounds.append(bounds[-1] + len(part))
    heads = [("Top",), ("Top", "A"), ("Top", "B"), ("Top", "C")]
    sections = tuple(Section(a, b, h) for a, b, h in zip(bounds, bounds[1:], heads, strict=False))
    chunks = cut("".join(parts), target=80, limit=120, sections=sections)
    assert [c.headings for c in chunks] == [("Top", "A"), ("Top", "B"), ("Top", "C")]
    assert chunks[0].text.startswith("# Top") and chunks[1].text.startswith("## B")


def test_a_passage_never_spans_two_pages() -> None:
    pages = [f"Page {i} has few words.\n" for i in range(1, 6)]
    at, sections = 0, []
    for number, page in enumerate(pages, 1):
        sections.append(Section(at, at + len(page), (), number, str(number)))
        at += len(page)
    chunks = cut("".join(pages), sections=tuple(sections))
    assert [(c.text, c.page) for c in chunks] == list(zip(pages, range(1, 6), strict=True))


def test_text_without_spaces_is_cut_between_characters() -> None:
    text = "三月收到了暖气账单比去年多" * 200
    chunks = split(Document("note", text), lambda t: len(t), 100, 200)
    assert_partition(text, chunks)
    assert max(len(c.text) for c in chunks) <= 184
    assert len(chunks) < 60


def test_emoji_families_and_accents_are_not_torn_apart() -> None:
    family = "👩‍👩‍👧‍👦e\u0301"
    chunks = split(Document("note", family * 300), count_bytes, 60, 120)
    assert_partition(family * 300, chunks)
    assert all(c.text.startswith(("👩", "e")) and not c.text.endswith("\u200d") for c in chunks)


def test_one_line_of_megabytes_is_cut_in_linear_time() -> None:
    text = "lorem ipsum dolor sit amet, " * 40_000
    began = time.process_time()
    chunks = cut(text, target=256, limit=512)
    assert time.process_time() - began < 30
    assert_partition(text, chunks)
    assert all(c.text.startswith(("lorem", "ipsum", "dolor", "sit", "amet")) for c in chunks)


def test_a_megabyte_of_spaces_and_one_word_is_cut_in_linear_time() -> None:
    text = " " * 1_000_000 + "word" + "\n" * 100_000
    began = time.process_time()
    assert_partition(text, cut(text))
    assert time.process_time() - began < 30


def test_megabytes_of_nothing_were_counted_again_with_each_halving() -> None:
    """A mail of seven megabytes of blanks kept a run busy for more than a minute."""
    counted = 0

    def blanks(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return -(-len(text) // 16)

    text = "word" + " " * 2_000_000 + "word"
    chunks = split(Document("note", text), blanks, 256, 512)
    assert_partition(text, chunks)
    assert all(blanks(c.text) <= 512 for c in chunks)
    assert counted - len(text) < 4 * len(text)


def test_an_insertion_changes_few_passages() -> None:
    paragraphs = [f"Paragraph {i} is about subject {i * 7 % 31} and has about twenty words in it, so that two "
                  f"or three of them make a passage.\n\n" for i in range(200)]  # fmt: skip
    before = {c.text for c in cut("".join(paragraphs), target=80, limit=160)}
    paragraphs.insert(20, "An inserted paragraph that was not there before.\n\n")
    after = {c.text for c in cut("".join(paragraphs), target=80, limit=160)}
    assert len(after) > 50 and len(after - before) <= 12


def test_an_empty_document_has_one_empty_passage_so_that_its_title_is_found() -> None:
    assert cut("", title="Only a subject") == [Chunk(0, 0, 0, "")]


@pytest.mark.parametrize("limit", [64, 128, 256])
def test_the_title_counts_against_the_limit(limit: int) -> None:
    title = "a long title of fourteen words that are all part of the document prompt"
    text = "word " * 2000
    for chunk in cut(text, target=256, limit=limit, title=title):
        assert count(chunk.text) + count(title) + PROMPT <= limit


def test_the_measure_is_near_the_count() -> None:
    text = "The bill for heating came in March; it was 312.50 euros, more than in the year before. " * 20
    assert Measure(count)(text) == pytest.approx(count(text), rel=0.25)


@settings(max_examples=300)
@given(st.text(st.sampled_from("aZ9 !~_\n\x7fé中\u0301😀"), max_size=60), st.integers(1, 20))
def test_pieces_are_counted_as_the_pattern_finds_them(text: str, times: int) -> None:
    for each in (text, "".join(c * times for c in text)):
        assert _pieces(each.encode()) == len(_SCRIPTS[0][0].findall(each))


@pytest.mark.parametrize(
    ("greeting", "alone"),
    [
        ("Hi,", False),
        ("Hallo Frau Weller!", False),
        ("Dear Ms van der Berg,", False),
        ("Yes.", True),
        ("Hi, I agree.", True),
    ],
)
def test_a_greeting_above_a_quotation_was_a_passage_and_the_first_hit(greeting: str, alone: bool) -> None:
    quoted = "On Monday Dana wrote:\n> Does the kiln fit?\n\n"
    text = f"{greeting}\n\n{quoted}It does, if the door is taken off.\n"
    start = text.index(quoted)
    document = Document("mail", text, title="Kiln", quoted=((start, start + len(quoted)),))
    chunks = split(document, lambda t: len(t.split()), 256, 2048)
    assert "".join(chunk.text for chunk in chunks) == text
    assert [chunk.quoted for chunk in chunks] == ([False] if alone else []) + [True, False]


@pytest.mark.parametrize(
    ("name", "alone"),
    [
        ("L.", False),
        ("– Lucía", False),
        ("Lucía Brandt Ferri", False),
        ("Yes.", True),
        ("Dana", True),
        ("Lucía will come.", True),
    ],
)
def test_a_name_below_a_quotation_was_a_passage_and_the_first_hit(name: str, alone: bool) -> None:
    own, quoted = "I am in.\n\n", "On Monday Dana wrote:\n> Who is in?\n\n"
    text = f"{own}{quoted}{name}\n"
    document = Document(
        "mail", text, title="Lisbon", sender="Lucía Brandt Ferri <lucia@example.org>",
        quoted=((len(own), len(own + quoted)),),
    )  # fmt: skip
    chunks = split(document, lambda t: len(t.split()), 256, 2048)
    assert "".join(chunk.text for chunk in chunks) == text
    assert [chunk.quoted for chunk in chunks] == [False, True] + ([False] if alone else [])
