"""The text of PDF pages made readable: words joined, ligatures taken apart, running lines dropped."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from gemmasearch.readers.textual import clean

_PRESENTATION = re.compile("[\ufb00-\ufb06\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
_HYPHEN = re.compile(r"([^\W\d_]{2,})[-\u2010\u00ad][ \t]*\n[ \t]*([a-zà-öø-ÿ]{2,})[ \t]*")
_GLYPHS = re.compile(r"/[A-Za-z]{1,3}\d{1,5}|\(cid:\d+\)|/uni[0-9A-F]{4}")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_RUNNING_PAGES = 4  # fewer pages do not show what recurs
_RUNNING_SHARE = 0.5
_EDGE = 2  # lines at the top and at the bottom of a page that may recur


def tidy(text: str) -> str:
    """One page: ligatures and presentation forms as letters, soft hyphens gone, words joined over line ends.

    A hyphen at a line end stays where the page has the word with its hyphen elsewhere ("well-known").
    """
    text = _PRESENTATION.sub(lambda m: unicodedata.normalize("NFKC", m[0]), clean(text))
    lowered = text.lower()

    def join(m: re.Match[str]) -> str:
        whole = f"{m[1]}-{m[2]}"
        return whole + "\n" if whole.lower() in lowered else m[1] + m[2] + "\n"

    text = _HYPHEN.sub(join, text).replace("\u00ad", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def is_garbage(text: str) -> bool:
    """Whether a page's fonts cannot be mapped to letters: glyph names, private codes, replacement characters."""
    letters = [c for c in text if not c.isspace()]
    if not letters:
        return False
    named = sum(len(name) for name in _GLYPHS.findall(text))
    strange = sum(unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or c == "�" for c in letters)
    return (named + strange) * 10 > len(letters) * 4


def without_running_lines(pages: Sequence[str]) -> list[str]:
    """Headers and footers that recur on most pages are kept on the first page that has them only."""
    lines = [page.split("\n") for page in pages]
    filled = [page for page in lines if any(line.strip() for line in page)]
    if len(filled) < _RUNNING_PAGES:
        return list(pages)
    counts = Counter(key for page in filled for key in {_key(page[i]) for i in _edges(page)})
    running = {key for key, n in counts.items() if key and n >= max(3, len(filled) * _RUNNING_SHARE)}
    seen: set[str] = set()
    return ["\n".join(_kept(page, running, seen)).strip("\n") for page in lines]


def _kept(page: list[str], running: set[str], seen: set[str]) -> list[str]:
    edges = set(_edges(page))
    kept = []
    for i, line in enumerate(page):
        key = _key(line) if i in edges else ""
        if key in running and key in seen:
            continue
        if key in running:
            seen.add(key)
        kept.append(line)
    return kept


def _edges(page: list[str]) -> list[int]:
    filled = [i for i, line in enumerate(page) if line.strip()]
    return sorted({*filled[:_EDGE], *filled[-_EDGE:]})


def _key(line: str) -> str:
    """A line without its page number; a page number alone recurs as well."""
    return _DIGITS.sub("#", " ".join(line.lower().split()))
