"""Fields of a mail's header, each by itself."""

from __future__ import annotations

import pytest

from gemmasearch.readers import headers


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?B?w6TDtsO8?= =?utf-8?B?w58=?=", "äöüß"),
        (b"=?utf-8?B?w6TD?= =?utf-8?B?tsO8?=", "äöü"),  # a character cut in two
        (b"=?iso-8859-1?Q?a_b=E9?= c", "a bé c"),
        (b"=?UTF-8?Q?Caf=C3=A9?=, =?UTF-8?Q?Bar?=", "Café, Bar"),
        (b"=?x-evil?Q?abc?= =?idna?Q?abc?=", "abcabc"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?utf-8*en?Q?hello?=", "hello"),
        (b"=?utf-8?B?w6TDtsO8", "=?utf-8?B?w6TDtsO8"),
        ("raw ü in utf-8".encode(), "raw ü in utf-8"),
        ("raw ü in latin".encode("latin-1"), "raw ü in latin"),
        (b"a\r\n folded   line", "a folded line"),
    ],
)
def test_header_words_are_decoded(raw: bytes, text: str) -> None:
    assert headers.text_of(raw) == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'"Bell, Dana" <dana@x.org>, kim@x.org', ["Bell, Dana <dana@x.org>", "kim@x.org"]),
        (b"undisclosed-recipients:;", ["undisclosed-recipients"]),
        (b"Team: a@x.org, B <b@x.org>; c@x.org", ["a@x.org", "B <b@x.org>", "c@x.org"]),
        (b"dana at x.org (Dana Bell)", ["Dana Bell <dana at x.org>"]),
        (b"=?utf-8?q?Bell=2C_Dana?= <d@x.org>", ["Bell, Dana <d@x.org>"]),
        (b"<d@x.org>, d@y.org <d@y.org>", ["d@x.org", "d@y.org"]),
        (b";" * 100_000, []),
        (b'"' * 5 + b"<" * 5, ["<<<< <>"]),
    ],
)
def test_addresses_are_taken_apart(raw: bytes, expected: list[str]) -> None:
    assert headers.addresses(raw)[: len(expected) + 1] == expected


def test_rfc_2231_names_are_put_together() -> None:
    value = "attachment; filename*0*=utf-8''Miet%C3%A4; filename*1*=nderung%20; filename*2=\"2024.pdf\""
    assert headers.parameters(value)["filename"] == "Mietänderung 2024.pdf"
    assert headers.parameters('a; name="=?utf-8?q?=C3=A4.pdf?="')["name"] == "ä.pdf"
    assert headers.parameters("a; filename*=iso-8859-1'de'%E4.txt")["filename"] == "ä.txt"
