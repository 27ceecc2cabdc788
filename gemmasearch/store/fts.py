"""Words -> full-text columns and safe MATCH text.

The full-text table holds words that were analysed by :mod:`gemmasearch.store.words`, separated by spaces; SQL
functions of the same names make them from the rows, so that the table can be rebuilt and checked by SQLite itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import apsw

from gemmasearch import light, stopwords
from gemmasearch.store import words
from gemmasearch.store.keys import bare_address
from gemmasearch.store.packing import plain

# The longest first: the lists of a first column are shorter by two bytes a word, a fifth of the whole.
COLUMNS = ("body", "body_forms", "title", "names", "path", "headings", "head_forms")
EXACT = ("title", "names", "path", "headings", "body")
FORMS = ("head_forms", "body_forms")
# bm25 weights in the order of COLUMNS.
WEIGHTS = (1.0, 1.0, 2.0, 1.5, 1.0, 1.5, 1.0)


def register(connection: apsw.Connection) -> None:
    """Give a connection the SQL functions that the full-text view and the filters are made of:
    ``gs_text(stored)``, ``gs_fold(text)``, ``gs_exact(text)``, ``gs_forms(text, language)``,
    ``gs_language(declared, stored)``, ``gs_path(blob)``, a path folded for comparisons,
    ``gs_name(blob, part, meta)``, the name of a file, attachment or member of an archive,
    ``gs_holders(blob, part, meta)``, of what such a member stands in, and ``gs_on_site(meta, site)``."""
    functions: tuple[tuple[str, Callable[..., Any], tuple[type, ...]], ...] = (
        ("gs_text", plain, (object,)),
        ("gs_fold", words.fold, (str,)),
        ("gs_exact", words.exact, (str,)),
        ("gs_forms", words.forms, (str, str)),
        (
            "gs_language",
            lambda declared, stored: declared or words.guess_language(plain(stored)),
            (str, object),
        ),
        ("gs_path", lambda path: words.fold(path.decode("utf-8", "replace")), (bytes,)),
        ("gs_name", _name, (bytes, str, str)),
        ("gs_holders", _holders, (bytes, str, str)),
        ("gs_on_site", _on_site, (str, str)),
    )
    for name, function, types in functions:
        connection.create_scalar_function(
            name, _of_types(function, types), len(types), deterministic=True, flags=apsw.SQLITE_INNOCUOUS
        )


def _of_types(function: Callable[..., Any], types: tuple[type, ...]) -> Callable[..., Any]:
    """A function that says of a value of another type than was ever written, or of JSON that is none, that the index
    is damaged: one bit of a row's head makes a BLOB of a text."""

    def called(*values: Any) -> Any:
        try:
            return function(*values)
        except json.JSONDecodeError as e:
            raise apsw.CorruptError("a record is no JSON") from e
        except (TypeError, AttributeError) as e:
            if all(isinstance(value, type) for value, type in zip(values, types, strict=True)):
                raise
            raise apsw.CorruptError("a value has another type than was written") from e

    return called


def _name(path: bytes, part: str, meta: str) -> str:
    """The folded name of a document's file; of an attachment, or of a file in an archive or PDF, its own; of an entry
    that of the file it stands in."""
    own = path.decode("utf-8", "replace")
    if '"attached_to"' in meta:
        own = (json.loads(meta).get("entry_of") or part) if '"entry_of"' in meta else part
    elif '"member"' in meta:
        own = json.loads(meta).get("member") or own
    return words.fold(own.rpartition("/")[2])


PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")  # how the names of archives end
_HOLDERS = (*PACKED, ".pdf")


def _holders(path: bytes, part: str, meta: str) -> str:
    """The folded names of the archives and PDFs around a file that stands in one, as a JSON list. What is attached to
    a message has no other name than its own, so the file of that message counts as an archive only."""
    file = words.fold(path.decode("utf-8", "replace").rpartition("/")[2])
    around = [name for name in words.fold(part).split("/")[:-1] if name.endswith(_HOLDERS)]
    own = '"attached_to"' not in meta or file.endswith(_HOLDERS)
    return json.dumps([file, *around] if own else around)


def _on_site(meta: str, site: str) -> bool:
    """Whether a document's address is on a site: a host, all hosts below it, or the beginning of an address."""
    known = json.loads(meta)
    addresses = (known.get("url") or "", known.get("site") or "")
    wanted = bare_address(site)
    host, _, path = wanted.partition("/")
    for address in map(bare_address, addresses):
        of, _, rest = address.partition("/")
        if address and (of == host or of.endswith("." + host)) and rest.startswith(path):
            return True
    return False


def quoted(tokens: Iterable[str]) -> str:
    """Tokens as one FTS5 string: a phrase, in which nothing is syntax."""
    return '"' + " ".join(tokens).replace('"', "") + '"'


def within(columns: Iterable[str], expression: str) -> str:
    """An expression that looks into some columns only."""
    return "{" + " ".join(columns) + "} : (" + expression + ")"


def any_of(expressions: Iterable[str]) -> str:
    """One of them; "" if there is none."""
    return " OR ".join(dict.fromkeys(e for e in expressions if e))


def any_word(words: Iterable[str]) -> str:
    """One of some words as they are indexed, in whatever column."""
    return any_of(quoted([word]) for word in sorted(words))


def all_of(expressions: Iterable[str]) -> str:
    """All of them; "" if there is none."""
    return " AND ".join(f"({e})" for e in expressions if e)


def searched(text: str) -> str:
    """The exact words of a text as they stand side by side in the index, separated by spaces.

    The single last character of an unspaced run at its end is left out: it stands only where a run of the
    indexed text ends, too. Within the text it does ("여분 열쇠": 여분 분 열쇠).
    """
    tokens = words.exact(text).split()
    return " ".join(tokens[:-1] if _is_tail(tokens, len(tokens) - 1) else tokens)


def _is_tail(tokens: Sequence[str], at: int) -> bool:
    """Whether a word is the single last character of an unspaced run."""
    return (
        at > 0 and len(tokens[at]) == 1 and tokens[at - 1].endswith(tokens[at]) and words.unspaced(tokens[at])
    )


def phrase(text: str, *, prefix: bool = False, columns: Iterable[str] = EXACT) -> str:
    """The exact words of a text side by side, "" where it has none. ``prefix``: the last word may go on."""
    tokens = searched(text).split()
    if not tokens:
        return ""
    open_end = prefix or (len(tokens[-1]) == 1 and words.unspaced(tokens[-1]))
    return within(columns, quoted(tokens) + ("*" if open_end else ""))


# Thousands with or without decimals, or nine digits and more with dashes, as in an ISBN or a telephone number: no
# date, version or decimal.
_IN_GROUPS = light.pattern(
    r"(\d{1,3}(?:([,.'’])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,]\d{1,2})?|((?=(?:\d-?){8,}[\dxX]\Z)\d+(?:-[\dxX]+)+)"
)
_THOUSANDS = light.pattern(r"[1-9]\d{3,14}")
# In a text also with spaces; not within a longer number.
_WRITTEN = light.pattern(
    r"(?<![\d.,'’])[1-9]\d{0,2}([,.'’ \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*(?!\d|\1\d)", re.ASCII
)


def joined(word: str) -> str:
    """A number in groups (``1,400``, ``1.400,50``, ``978-3-16-148410-0``) as one word without its decimals; "" for
    anything else."""
    found = _IN_GROUPS.fullmatch(word.strip("?!.,;:()$€£"))
    return "".join(filter(str.isalnum, found[1] or found[3])).lower() if found else ""


def apart(word: str) -> str:
    """The exact words that a number of four digits or more is indexed as where it is written in groups of thousands:
    ``1400`` -> ``1 400``; "" for anything else."""
    return f"{int(word):,}".replace(",", " ") if _THOUSANDS.fullmatch(word) else ""


def grouped(text: str, sought: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, the number as one word) of every sought number of a text that is written in groups of
    thousands."""
    if not any(map(str.isdigit, sought)):
        return
    for match in _WRITTEN.finditer(text):
        if (number := "".join(filter(str.isdigit, match.group()))) in sought:
            yield match.start(), match.end(), number


def word(text: str, languages: Sequence[str]) -> str:
    """One typed word by all that it may be indexed as, "" where it has no letters or digits.

    The exact form counts beside the stems, so it ranks first. What falls into several words (``POL-358``, an
    address, Chinese) counts as a whole and by its parts, a number in groups also without them, and the other way.
    """
    tokens = searched(text).split()
    stems = {form for language in languages for form in words.forms(text, language).split()}
    if not tokens:
        return ""
    telling = (
        t for at, t in enumerate(tokens) if not _is_tail(tokens, at) and t not in stopwords.everything()
    )
    parts = [*telling] if len(tokens) > 1 else []
    parts += filter(None, (joined(text), *map(apart, tokens)))
    exact = [phrase(text), *(within(EXACT, quoted([part])) for part in parts)]
    return any_of([*exact, *(within(FORMS, quoted([form])) for form in sorted(stems))])
