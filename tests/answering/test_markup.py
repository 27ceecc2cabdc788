"""Answers show a sentence as its reader sees it, and cite it as it stands in the file."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.markup import as_read, valid
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.says import Says
from tests.answering.test_attributes import _fill, _said


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("a.md", "do **not** use", "do not use"),
        ("a.txt", "takes **114** bottles", "takes 114 bottles"),
        ("a.md", "***both*** and __**nested**__ and _**nested**_", "both and nested and nested"),
        ("a.md", "**Update:** it is *5.4 %*.", "Update: it is 5.4 %."),
        ("a.org", "/Nitrospira inopinata/ is *one*, =not= ~two~", "Nitrospira inopinata is one, not two"),
        ("a.org", "[[https://x.org/a_b][the page]] of +then+ now", "the page of (struck out: then) now"),
        ("a.md", "~~£400~~ £450", "(struck out: £400) £450"),
        ("a.md", "==mark== and [[Plan#Costs]], [[Note|alias]]", "mark and Plan > Costs, alias"),
        ("a.md", "[the form](https://x.org/f_(1)) by **[Ann](mailto:a@x.org)**", "the form by Ann"),
        ("a.md", "<https://x.org/a_b_c> or <bob@x.org>", "https://x.org/a_b_c or bob@x.org"),
        ("a.md", "R&amp;D, fish &#38; chips, said so[^2]", "R&D, fish & chips, said so"),
        ("a.md", "- [x] paid", "- ☑ paid"),
        ("a.md", "- [ ] to be paid", "- ☐ to be paid"),
        ("a.md", r"1\. a \*star\* and a\_b", "1. a *star* and a_b"),
        ("a.md", "<b>Fee</b><br>£5", "Fee £5"),
        ("a.rst", "**Fee**: ``a_b``, see `the page <https://x.org>`_", "Fee: a_b, see the page"),
    ],
)
def test_markup_was_left_in_quoted_answers(name: str, written: str, read: str) -> None:
    assert as_read(written, f"/n/{name}") == read


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.md", "2*3*4 = 24 and 2**3**2"),
        ("a.md", "snake_case, my_file_name.md, __init__.py, __main__"),
        ("a.md", "rm *.txt and *.md"),
        ("a.md", "/srv/_old_/data and ~/a_b_/c and C:\\_a_\\b"),
        ("a.md", "https://x.org/?q=_a_&copy=1 and https://x.org/*a*/b"),
        ("a.md", "the password is _Tr0ub_4dor_ or P@ss*w0rd*1"),
        ("a.md", "$x_1 * y_2$ and $x^2*y^2$"),
        ("a.md", "5* and 6*; a == b == c; ~5 to ~6; *: for members"),
        ("a.md", "x < 3 & y > 2; [1] [see] (x)"),
        ("a.org", "in /tmp/ and /usr/bin/x, +44 7700 900+, and/or, 3/4/5"),
        ("a.txt", "file_name_ and *a* and [x] and a_b"),
        ("a.csv", "**a**,_b_,<b>c</b>"),
        ("a.pdf", "*5 per cent* of x_1_ and y"),
    ],
)
def test_what_only_looks_like_markup_is_kept(name: str, written: str) -> None:
    assert as_read(written, f"/n/{name}") == written


def test_code_keeps_its_own_marks() -> None:
    assert as_read("run `a*b*c __x__` **now**", "/n/a.md") == "run a*b*c __x__ now"


def test_a_link_that_is_asked_for_was_not_told(store: Store, add: Add) -> None:
    _fill(add)
    add(
        "/n/k.md",
        "Ada Holt runs the plot society, whose [website](https://plots.example/join) is new.",
        title="Tenants",
    )
    assert "(https://plots.example/join)" in _said(store, "What is the website of the plot society?")
    assert "https" not in _said(store, "Who runs the plot society?")


def test_the_citation_keeps_the_words_of_the_file(store: Store, add: Add) -> None:
    _fill(add)
    text = "The printer takes **114** bottles of ink."
    add("/n/kit.md", text, title="Kit")
    found = answer(store, None, None, "Which bottles does the printer take?")
    assert found.text == "“The printer takes 114 bottles of ink.” [1]"
    assert found.citations[0].quote == text


def test_a_hidden_sign_of_an_entity_reaches_no_terminal(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/kit.md", "The printer takes &#8238;411&#27; bottles &nbsp; of ink.", title="Kit")
    assert (
        _said(store, "Which bottles does the printer take?") == "“The printer takes 411 bottles of ink.” [1]"
    )


def test_struck_text_was_told_as_what_holds(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/p.md", "- ~~The plot rent is £40 a year.~~\n- The plot rent is £46 a year now.\n", title="Plots")
    said = _said(store, "How much is the plot rent?")
    assert "46" in said and "40" not in said
    assert valid("Rent: ~~£40~~ £46", "/n/p.md") == "Rent: £46"


def test_a_generator_was_shown_what_is_struck_out(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/p.md", "The plot rent is ~~£40~~ £46 a year.", title="Plots")
    says = Says("The plot rent is **£46** a year.")
    found = answer(store, None, says, "How much is the plot rent?")
    assert "46" in says.shown and "40" not in says.shown
    assert found.text == "The plot rent is £46 a year. [1]"


TABLE = """| Tool | Bought | Price | Shed |
|---|---|---:|---|
| Rotavator | 8 Feb 2025 | **£579** | |
| Strimmer | 3 May 2024 | £140 | [[North shed\\|north]] |
"""


def test_bars_and_commas_of_a_table_were_told_for_its_cells(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/tools.md", TABLE, title="Tools")
    add("/n/dues.csv", 'name,plot,paid\n"Holt, Ada",12,2025-03-01\nBo Lund,14,\n', kind="data", title="dues")
    assert _said(store, "How much was the rotavator?") == (
        "“Tool: Rotavator · Bought: 8 Feb 2025 · Price: £579” [1]"
    )
    assert "Shed: north” [1]" in _said(store, "In which shed is the strimmer?")
    assert "name: Holt, Ada · plot: 12" in _said(store, "Which plot has Ada Holt?")


def test_a_line_with_bars_is_no_table(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/run.txt", "Count the plots with: cat plots | sort | uniq\n", title="Run")
    assert "cat plots | sort | uniq" in _said(store, "How do I count the plots?")
