"""The text of PDF pages made readable: words joined, ligatures taken apart, running lines dropped."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from gemmasearch import light
from gemmasearch.readers.textual import clean

_PRESENTATION = light.pattern("[\ufb00-\ufb06\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
# Found by the hyphen, not by the letters before it: of a long run of letters each would be tried as the first.
_HYPHEN = light.pattern(r"[-\u2010\u00ad](?<=[^\W\d_]{2}.)[ \t]*\n[ \t]*([a-zà-öø-ÿ]{2,})([^\s\w]*)[ \t]*")
_GLYPHS = light.pattern(r"/[A-Za-z]{1,3}\d{1,5}|\(cid:\d+\)|/uni[0-9A-F]{4}")
_NUMBER = light.pattern(r"\d+|\b[ivxlc]{1,8}\b")
# What stands right before the number of a page, and before what numbers something else: "No.", "#", a code.
_PAGE = light.pattern(
    r"(?:\b(?:page|pages|pagina|página|pàgina|pág|pag|pg|pp?|seite|side|sida|sivu|sayfa|strona|strana|stránka|oldal|folio"
    r"|slide|folie|blatt|bl|s|str|стр|страница|сторінка|σελίδα|σελ)\b|第|頁|页|쪽|صفحة)[\s.:#/|\u2013-]*(?:n[or]?\.|nº|n°)?\s*$"
)
_OTHER = light.pattern(
    r"(?:[#№:]|n[º°]|\b(?:no|nr|num|nro|núm)\b\.?|(?:number|numero|número|numéro|numer|nummern?|-nr\.?))\s*$"
    r"|(?:[^\W\d_]{2}[-_/]|\d{3}[-/])$"
)
# Things of a page that come with a number of their own; and longer ones, whose number is not that of the page.
_NUMBERED = light.pattern(
    r"\b(?:invoice|receipt|ticket|voucher|coupon|badge|bates|seat|serial|booking|reservation|raffle"
    r"|\w*rechnung|\w*quittung|\w*beleg|\w*gutschein|\w*schein|eintrittskarte|\w*buchung|platz|startnummer"
    r"|facture|reçu|billet|factura|recibo|boleto|fattura|ricevuta|biglietto|factuur|kaartje|fatura|bilhete"
    r"|faktura|paragon|bilet|kvittering|kvitto|biljett|счет|счёт|билет)s?\b(?:\W+\w+){0,2}\W*$"
)
_TITLED = light.pattern(
    r"\b(?:bill|order|certificate|claim|exhibit|cheque|statement|customer|account|policy|contract|lot|item|case"
    r"|bestellung|auftrag|\w*vertrag|kunde|angebot|commande|devis|contrat|client|certificat|pedido|contrato|cliente"
    r"|ordine|contratto|bestelling|encomenda|zamówienie|ordre|заказ)s?\b(?:\W+\w+){0,2}\W*$"
)
_DIGITS_OF_PAGE = 4  # at most
_LONGEST_NUMBER = 8  # digits, or letters of a Roman one
_SCRAP = 12  # characters of a line that hardly holds a phrase
LEFTWARDS = light.pattern("[\u0590-\u08ff]")
_NO_LETTERS = light.pattern(r"[\W_]+")
_DIGITS = light.pattern(r"\d+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_COUNTED = "\0"  # stands for a number that counts the pages
_LONGEST = 200  # characters of a header or footer
_RUNNING_PAGES = 4  # fewer pages do not show what recurs
_RUNNING_SHARE = 0.5
_EDGE = 2  # lines at the top and at the bottom of a page that may recur


def tidy(text: str) -> str:
    """One page: ligatures and presentation forms as letters, soft hyphens gone, words joined over line ends.

    A hyphen at a line end stays where the page has the word with its hyphen elsewhere ("well-known").
    """
    text = _PRESENTATION.sub(lambda m: unicodedata.normalize("NFKC", m[0]), clean(text))
    hyphened = " ".join(word for word in text.lower().split() if "-" in word[:-1])

    def join(m: re.Match[str]) -> str:
        whole = f"{_letters_before(text, m.start())}-{m[1]}".lower()
        return ("-" if whole in hyphened else "") + m[1] + m[2] + "\n"

    text = _HYPHEN.sub(join, text).replace("\u00ad", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _letters_before(text: str, end: int) -> str:
    start = end
    while start and text[start - 1].isalnum() and not text[start - 1].isdecimal():
        start -= 1
    return text[start:end]


def is_garbage(text: str) -> bool:
    """Whether a page's fonts cannot be mapped to letters: glyph names, private codes, replacement characters."""
    letters = [c for c in text if not c.isspace()]
    if not letters:
        return False
    named = sum(len(name) for name in _GLYPHS.findall(text))
    strange = sum(unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or c == "�" for c in letters)
    return (named + strange) * 10 > len(letters) * 4


def is_torn(text: str) -> bool:
    """Whether many lines are scraps: cells of a table, or words and letters that were placed one by one.

    Right-to-left text is never shown to pypdfium2, which has it in the wrong order.
    """
    lines = _filled(text)
    scraps = sum(len(line) <= _SCRAP for line in lines)
    return len(lines) >= 6 and scraps * 10 >= len(lines) * 3 and not LEFTWARDS.search(text)


def is_mended(other: str, text: str) -> bool:
    """Whether another reading of a torn page has what it says on far fewer lines."""
    return len(_filled(other)) * 3 <= len(_filled(text)) * 2 and is_as_full(other, text)


def is_as_full(other: str, text: str) -> bool:
    """Whether another reading of a page has, near enough, all that it says."""
    said, again = (len(_NO_LETTERS.sub("", each)) for each in (text, other))
    return again * 20 >= said * 19


def _filled(text: str) -> list[str]:
    return [line for each in text.split("\n") if (line := each.strip())]


def first_line(pages: Sequence[str], length: int) -> str:
    """The first line that has a word in it, unless it stands on the next pages as well."""
    filled = [page.split("\n") for page in pages if page.strip()][:3]
    if not filled:
        return ""
    again = {_uncounted(line) for page in filled[1:] for line in page}
    lines = [line for line in filled[0][:40] if sum(c.isalpha() for c in line) >= 3]
    found = next((line for line in lines if _uncounted(line) not in again), lines[0] if lines else "")
    return " ".join(found.split())[:length]


def _uncounted(line: str) -> str:
    return " ".join(_DIGITS.sub("", line).lower().split())


def without_running_lines(pages: Sequence[str]) -> list[str]:
    """Headers and footers that recur, with the number of the page in them or without, are kept on the first page
    that has them only. A number that does not count the pages makes a line another one: a total, that of an invoice.
    A page of such lines alone, like a card with its number, keeps those that no page before it had word for word.
    """
    lines = [page.split("\n") for page in pages]
    filled = [i for i, page in enumerate(lines) if any(line.strip() for line in page)]
    if len(filled) < _RUNNING_PAGES:
        return list(pages)
    places: dict[str, list[int]] = defaultdict(list)
    for i in filled:
        for key in {key for at in _edges(lines[i]) for key in _keys(lines[i][at], i)}:
            places[key].append(i)
    often = max(3, len(filled) * _RUNNING_SHARE)
    running = {
        key for key, where in places.items() if len(where) >= often or (_COUNTED in key and _near(where))
    }
    seen: set[str] = set()
    said: set[str] = set()
    found = []
    for i, page in enumerate(lines):
        kept = _kept(page, i, running, seen)
        if not any(map(str.strip, kept)):
            kept = [line for line in page if _plain(line) not in said]
        said |= {_plain(page[at]) for at in _edges(page)}
        found.append("\n".join(kept).strip("\n"))
    return found


def _near(where: Sequence[int]) -> bool:
    """On the next page, or on the next one of the same side: the header of one chapter."""
    return any(b - a <= 2 for a, b in pairwise(where))


def _kept(page: list[str], number: int, running: set[str], seen: set[str]) -> list[str]:
    edges = set(_edges(page))
    kept = []
    for i, line in enumerate(page):
        found = _keys(line, number) & running if i in edges else set()
        if not found & seen:
            kept.append(line)
        seen |= found
    return kept


def _edges(page: list[str]) -> list[int]:
    filled = [i for i, line in enumerate(page) if line.strip()]
    return sorted({*filled[:_EDGE], *filled[-_EDGE:]})


def _plain(line: str) -> str:
    return " ".join(line.lower().split())


def _keys(line: str, page: int) -> set[str]:
    """The line as it is, and with each of its numbers that may count the pages told as distance from the page's."""
    plain = _plain(line)
    if not plain or len(plain) > _LONGEST:
        return set()
    found = {plain}
    before = 0
    for number in list(_NUMBER.finditer(plain))[:4]:
        if _may_count_pages(plain, number, before, page):
            value = int(number[0]) if number[0].isdigit() else _roman(number[0])
            found.add(f"{plain[: number.start()]}{_COUNTED}{value - page}{plain[number.end() :]}")
        before = number.end()
    return found


def _may_count_pages(line: str, number: re.Match[str], before: int, page: int) -> bool:
    """Whether a number is a page's by how it is written and by what stands before it: the numbers of invoices,
    tickets and the like may rise from page to page as well, and are wanted.

    :param before: where the number before it in the line ends.
    """
    digits, said = number[0], line[before : number.start()]
    if len(digits) > _LONGEST_NUMBER:
        return False
    if _PAGE.search(said):
        return True
    if any(_is_letter(c) for c in (line[: number.start()][-1:], line[number.end() :][:1])):
        return False
    if digits.isdigit() and (len(digits) > _DIGITS_OF_PAGE or (digits[0] == "0" and len(digits) > 2)):
        return False
    if _OTHER.search(line[: number.start()]) or _NUMBERED.search(said):
        return False
    return digits == str(page + 1) or not _TITLED.search(said)


def _is_letter(c: str) -> bool:
    """A letter of a script in which one beside a number makes a code of it."""
    return c.isalpha() and c < "\u0590"


def _roman(text: str) -> int:
    values = [_ROMAN[c] for c in text]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0]))
