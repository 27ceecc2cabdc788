from __future__ import annotations

import time
from pathlib import Path

import pytest

from gemmasearch.readers.html import to_page
from tests.readers.contract import ReaderContract, documents, problem


class TestHtml(ReaderContract):
    name, file = "html", "page.html"
    renamed = "page"

    def sample(self) -> bytes:
        return b"<!DOCTYPE html><html><head><title>Oil</title></head><body><h1>Care</h1><p>The walnut table.</p></body></html>"


def text(markup: str) -> str:
    return to_page(markup).text


def test_blocks_stand_on_lines_of_their_own_and_words_do_not_run_together() -> None:
    assert (
        text("<p>one</p><p>two <b>bold</b>words</p><div>three<br>four</div>")
        == "one\n\ntwo boldwords\n\nthree\nfour"
    )
    assert text("<ul><li>a</li><li>b</li></ul>") == "- a\n- b"
    assert text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a | b\nc"
    assert text("<pre>a\n  b</pre>") == "a\n  b"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display: none">HIDDEN</div>',
        '<span style="visibility:hidden">HIDDEN</span>',
        '<p style="font-size:0px">HIDDEN</p>',
        '<p style="opacity: 0.0">HIDDEN</p>',
        '<p style="color: #FFFFFF">HIDDEN</p>',
        '<font color="white">HIDDEN</font>',
        "<div hidden>HIDDEN</div>",
        "<script>HIDDEN</script>",
        "<style>HIDDEN</style>",
        "<!-- HIDDEN -->",
        "<template>HIDDEN</template>",
        '<span style="font-size:1px;line-height:1px;color:#f4f4f4">HIDDEN</span>',
        '<div style="height:0;overflow:hidden">HIDDEN</div>',
        '<div style="text-indent:-9999px">HIDDEN</div>',
        '<div style="position:absolute;left:-9999px">HIDDEN</div>',
        '<span style="position:absolute;clip:rect(0, 0, 0, 0)">HIDDEN</span>',
        "<dialog>HIDDEN</dialog>",
        "<datalist><option>HIDDEN</option></datalist>",
        '<math><annotation encoding="application/x-tex">HIDDEN</annotation></math>',
        "<style>.preheader { display:none !important; }</style><p class='a preheader'>HIDDEN</p>",
        "<style>/* {x} */ p#cookies,div.x{color:red;display:none}</style><p id=cookies>HIDDEN</p>",
    ],
)
def test_what_no_reader_of_the_page_sees_is_not_read(hidden: str) -> None:
    assert text(f"<p>before</p>{hidden}<p>after</p>") == "before\n\nafter"


def test_white_on_a_dark_ground_and_small_print_are_visible() -> None:
    assert text('<table><td bgcolor="#000000"><font color="white">shown</font></td></table>') == "shown"
    assert text('<div style="background:#003366"><p style="color:#fff">shown</p></div>') == "shown"
    assert (
        text('<p style="font-size:0.8em;opacity:0.5">shown</p><p style="background-color:#fff">x</p>')
        == "shown\n\nx"
    )


@pytest.mark.parametrize(
    "style",
    [
        ".tab{display:none} .tab.active{display:block}",
        ".tab{display:none} @media (min-width:600px){.tab{display:inherit}}",
        "@media print{.tab{display:none}}",
        ".page .tab{display:none}",
        ".tab{display:none",
        ".tab{display:none} .other{display:none}",  # everything: until a script shows it
    ],
)
def test_what_a_style_sheet_shows_again_or_hides_elsewhere_is_read(style: str) -> None:
    assert text(f"<style>{style}</style><p class='tab active'>shown</p>") == "shown"
    assert text(f"<style>{style}</style><p class=tab style='display:block'>shown</p>") == "shown"


def test_xhtml_goes_on_behind_an_element_that_closes_itself() -> None:
    head = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><style type="text/css"/></head>'
    assert (
        text(head + '<body><p>one<script src="a.js"/></p><iframe/><p>two</p></body></html>') == "one\n\ntwo"
    )


def test_invisible_letters_neither_cut_words_nor_fill_lines() -> None:
    assert text("<h2>Kaffee&shy;bohne</h2>li\u200bne") == "Kaffeebohne\n\nline"
    assert to_page("<title>Kaffee&shy;bohne</title><h2>Kaffee&shy;bohne</h2>").headings[0][2] == "Kaffeebohne"
    assert (
        text("<p>Hello" + "&zwnj;&nbsp;" * 40 + "</p><p>&#847;&zwnj;&nbsp;&#847;</p><p>you</p>")
        == "Hello\n\nyou"
    )
    assert text("<p>می\u200cخواهم \U0001f468\u200d\U0001f469\u200d\U0001f467</p>") == (
        "می\u200cخواهم \U0001f468\u200d\U0001f469\u200d\U0001f467"
    )


def test_buttons_are_no_one_word() -> None:
    assert text("<button>OK</button><button>Cancel</button>") == "OK Cancel"


def test_quoted_replies_are_marked_as_in_plain_mail() -> None:
    assert (
        text("<p>yes</p><blockquote><p>shall we?</p><blockquote>no</blockquote></blockquote>")
        == "yes\n\n> shall we?\n\n> > no"
    )


def test_links_of_a_mail_keep_their_address_where_a_person_can_read_it() -> None:
    long = "https://track.example.net/" + "x" * 200
    markup = f"""<p>See <a href="https://example.org/lease.pdf#p3">the lease</a>, <a href="http://www.example.org/">www.example.org</a>,
        <a href="{long}">this</a> or <a href="https://example.org/a?{"u" * 90}">that</a>.
        <a href="https://example.org/logo"><img src="x.gif"></a><a href="javascript:x()">run</a> <a href="http://[bad">bad</a></p>"""
    assert to_page(markup, links=True).text == (
        "See the lease (https://example.org/lease.pdf), www.example.org, this or that (https://example.org/a). run bad"
    )
    assert "lease.pdf" not in to_page(markup).text


def test_headings_give_sections_and_the_title_element_the_title(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<title> My\n page </title><meta name=author content=Dana><h1>A</h1>x<h2>B</h2>y")
    (found,) = documents(path)
    assert (found.title, found.meta["author"]) == ("My page", "Dana")
    assert [s.headings for s in found.sections] == [("A",), ("A", "B")]
    assert found.text[found.sections[1].start :].startswith("B")


def test_a_declared_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"))
    assert documents(path)[0].text == "Привет"


def test_a_page_without_words_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html><body><script>x</script></body></html>")
    assert problem(path).reason == "no-text"


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000 + "deep",
        "<b>" * 100_000 + "deep",
        "<" * 500_000 + "deep",
        "<script" * 50_000 + ">deep",
        "<!--" * 100_000,
        "<style>" + "/*" * 500_000 + "</style>deep",
        "<style>.a{display:none" + "{" * 500_000 + "</style>deep",
        "<style>.a{display:none}" + "a" * 500_000 + "</style>deep",
        "<html xmlns=x>" + "<script " * 100_000 + "deep",
    ],
)
def test_hostile_markup_is_read_in_time(markup: str) -> None:
    started = time.process_time()
    to_page(markup)
    assert time.process_time() - started < 20


def test_paragraphs_inside_items_and_cells_tore_lists_and_rows_apart() -> None:
    items = "<ul><li><p>oil</p></li><li> <!-- x --> <div>wax</div>\n<div>soap</div></li><li>cloth<ul><li><p>wool</p></li></ul></li></ul>"
    assert to_page(items).text == "- oil\n- wax\nsoap\n- cloth\n- wool"
    rows = "<table><tr><th><p>Glaze</p></th> <th><p>Cone</p></th></tr><tr><td><p>Celadon</p></td> <td><p>10</p></td></tr></table>"
    assert to_page(rows).text == "Glaze | Cone\nCeladon | 10"
    empty = "<table><tr><td>Celadon</td><td></td><td>10</td><td> </td><td><p></p></td></tr><tr><td></td></tr></table>end"
    assert to_page(empty).text == "Celadon | | 10\n\nend"
    layout = "<table><tr><td><p>Dear Ines,</p></td></tr><tr><td><p>the kiln is cold.</p></td></tr></table>"
    assert to_page(layout).text == "Dear Ines,\n\nthe kiln is cold."
    news = "The kiln of the workshop is fired again. " * 5
    columns = f"<table><tr><td><p>{news}</p></td><td><p>{news}</p></td></tr></table>"
    assert to_page(columns).text == f"{news.strip()}\n\n{news.strip()}"
