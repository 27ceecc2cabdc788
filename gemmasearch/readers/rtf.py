"""Rich Text Format through striprtf: its text and the title in its information group.

striprtf leaves out notes and headers, reads what is hidden, and knows one code page: its input is made ready for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.frontmatter import moment
from gemmasearch.readers.textual import clean, one_line
from gemmasearch.settings import Settings

_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_INFO = light.pattern(r"\{\\(title|author)\b ?([^{}]{1,300})\}")
_HIDDEN = light.pattern(r"\{((?:\\[a-z]{1,32}-?\d{0,10} ?){0,40}?)\\v(?![a-z\d])")
_BESIDE = light.pattern(r"\{(?:\\\*)?\\(?:footnote|annotation|header[lrf]?|footer[lrf]?)(?![a-z])")
_BRACE = light.pattern(r"\\[\\{}]|[{}]")
_MADE = light.pattern(r"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_FONT = light.pattern(
    r"\{\\f(\d{1,5})(?:\\[a-z]{1,32}-?\d{0,10}|\{[^{}]{0,100}\}| ){0,20}?\\fcharset(\d{1,3})"
)
_TOKEN = light.pattern(
    r"\\\\|\\[{}]|([{}])|\\(?:f(\d{1,5})|plain)(?![a-z])|\\uc(\d)(?!\d)"
    r"|(\\u-?\d{1,5}[ \r\n]{0,2})?((?:\\'[0-9a-fA-F]{2})+)"
)
_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_BLANK_LINES = light.pattern(r"\n(?:[ \t]*\n){2,}")


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as e:
        raise CannotRead("extra", "pip install 'gemmasearch[office]'", waits="office") from e
    convert: Callable[..., str] = rtf_to_text
    raw = source.read()
    found = _PAGE.search(raw[:4096])
    encoding = f"cp{found[1].decode()}" if found and found[1] not in (b"65001", b"10000") else "cp1252"
    markup = raw.decode("latin-1")
    try:
        ready = _by_font(_HIDDEN.sub(r"{\\*\\hidden\1", markup), encoding)
        text = convert(_beside_last(ready), encoding=encoding, errors="replace")
        info = {
            name: one_line(convert("{\\rtf1 " + _by_font(value, encoding) + "}"))
            for name, value in _INFO.findall(markup)
        }
    except (LookupError, ValueError, IndexError, TypeError, AttributeError) as e:
        raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e
    text = _BLANK_LINES.sub("\n\n", clean(text)).strip()
    if not text:
        raise CannotRead("no-text")
    made = _MADE.search(markup)
    date = moment(f"{made[1]}-{int(made[2]):02}-{int(made[3]):02}") if made else None
    meta = {"author": info["author"]} if info.get("author") else {}
    yield Document("document", text, title=info.get("title", ""), date=date, meta=meta)


def _by_font(markup: str, default: str) -> str:
    """Letters that are written as bytes of a code page, the file's or a font's own, as letters of Unicode."""
    fonts = {
        number: _CHARSETS[int(charset)]
        for number, charset in _FONT.findall(markup)
        if int(charset) in _CHARSETS
    }
    around: list[tuple[str, int]] = []
    font, instead = "", 1  # the font, and how many bytes stand behind a letter for those that know no Unicode

    def replaced(found: re.Match[str]) -> str:
        nonlocal font, instead
        brace, number, count, letter, run = found.groups()
        if brace == "{":
            around.append((font, instead))
        elif brace:
            font, instead = around.pop() if around else ("", 1)
        elif run:
            left = 4 * instead if letter else 0
            rest = _unicode(run[left:], fonts.get(font, default)) if run[left:] else ""
            return (letter or "") + run[:left] + rest
        elif count:
            instead = int(count)
        elif found[0][1] in "fp":
            font = number or ""
        return found[0]

    return _TOKEN.sub(replaced, markup)


def _unicode(run: str, charset: str) -> str:
    """The bytes of a run as ``\\uN?``."""
    text = bytes.fromhex(run.replace("\\'", "")).decode(charset, "replace")
    units = text.encode("utf-16-le")
    numbers = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return "{\\uc1" + "".join(f"\\u{number}?" for number in numbers) + "}"


def _beside_last(markup: str) -> str:
    """Notes, comments, headers and footers as paragraphs behind the text, so that they cut no sentence."""
    kept: list[str] = []
    beside: list[str] = []
    place = 0
    for found in _BESIDE.finditer(markup):
        if found.start() < place:
            continue
        end = _end_of_group(markup, found.end())
        kept.append(markup[place : found.start()])
        beside.append("\\par{" + markup[found.end() : end])
        place = end
    text = "".join(kept) + markup[place:]
    last = text.rfind("}")
    last = last if last > 0 else len(text)
    return text[:last] + "".join(dict.fromkeys(beside)) + text[last:]


def _end_of_group(markup: str, start: int) -> int:
    depth = 1
    for found in _BRACE.finditer(markup, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return len(markup)
