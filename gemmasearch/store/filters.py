"""Filters as SQL: conditions become one expression over c (chunks), d (documents) and f (files).

All conditions must hold; several positive ones of a field that has one value per document (``type:pdf type:note``)
are alternatives. Text is compared by whole words and beginnings of words, without case and accents.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gemmasearch.documents import TIMED, Condition
from gemmasearch.errors import UsageProblem
from gemmasearch.store import fts, words
from gemmasearch.store.keys import clean
from gemmasearch.store.roots import below

# When a document is from: its own date, else its file's.
DATE = "coalesce(d.date, f.mtime_ns / 1e9)"
_MERE_DAY = f"""d.date % 86400 = 0 AND d.date = CAST(d.date AS INTEGER)
    AND d.kind NOT IN ({", ".join(map(repr, TIMED))})"""  # % leaves fractions out
SIZE = "coalesce(d.length, f.size, 0)"  # a message's own size, not its mailbox's

_NEVER_NULL = frozenset({"in", "path"})  # an index of paths serves them where they stand bare
ALTERNATIVES = frozenset({"type", "ext", "lang", "in", "site", "from", "document", "thread"})
# What people call the kinds; a suffix is understood beside them.
_KINDS = {
    "email": "mail", "e-mail": "mail", "message": "mail", "messages": "mail", "mails": "mail", "emails": "mail",
    "notes": "note", "text": "note", "pdfs": "pdf", "html": "web", "bookmark": "web", "page": "web",
    "word": "document", "doc": "document", "documents": "document",
    "excel": "sheet", "spreadsheet": "sheet", "spreadsheets": "sheet", "sheets": "sheet", "table": "sheet",
    "powerpoint": "slides", "presentation": "slides", "presentations": "slides", "slide": "slides",
    "image": "picture", "images": "picture", "photo": "picture", "pictures": "picture", "ebook": "book",
    "books": "book", "calendar": "event", "events": "event", "contacts": "contact", "archives": "archive",
}  # fmt: skip
NAME = "gs_name(f.path, d.part, d.meta)"
_INSIDE = "(instr(d.meta, '\"attached_to\"') > 0 OR instr(d.meta, '\"member\"') > 0)"  # of another file
Sql = tuple[str, list[Any]]


def compile(conditions: Sequence[Condition]) -> Sql:
    """:return: SQL to follow WHERE or AND (``1`` without conditions) and its parameters, in order.
    :raises UsageProblem: a field that nobody can filter by."""
    groups: dict[Any, list[Condition]] = {}
    for at, condition in enumerate(conditions):
        joined = condition.field in ALTERNATIVES and not condition.negated
        groups.setdefault(condition.field if joined else at, []).append(condition)
    parts: list[str] = []
    params: list[Any] = []
    for group in groups.values():
        compiled = [_one(condition) for condition in group]
        parts.append("(" + " OR ".join(sql for sql, _ in compiled) + ")")
        params += [value for _, values in compiled for value in values]
    return " AND ".join(parts) or "1", params


def _one(condition: Condition) -> Sql:
    if condition.branches:
        return _either(condition)
    if isinstance(condition.value, str):
        condition = replace(condition, value=_storable(condition.value))
    try:
        sql, params = _FIELDS[condition.field](condition)
    except KeyError:
        known = ", ".join(sorted(_FIELDS))
        raise UsageProblem(f"no filter is called {condition.field!r}", f"filters: {known}") from None
    bound = [clean(value) if isinstance(value, str) else value for value in params]
    if condition.field in _NEVER_NULL:
        return (f"NOT ({sql})" if condition.negated else sql), bound
    return (f"NOT coalesce(({sql}), 0)" if condition.negated else f"coalesce(({sql}), 0)"), bound


def _either(condition: Condition) -> Sql:
    """One of several conjunctions, or with ``negated`` none of them."""
    compiled = [compile(branch) for branch in condition.branches]
    sql = "(" + " OR ".join(f"({one})" for one, _ in compiled) + ")"
    return (f"NOT {sql}" if condition.negated else sql), [value for _, values in compiled for value in values]


def _storable(value: str) -> str:
    """Without NUL and without lone surrogates, but for those that stand for the bytes of a file's name."""
    return "".join(c if "\udc80" <= c <= "\udcff" else clean(c) for c in value)


def _folded(condition: Condition) -> str:
    return words.fold(clean(str(condition.value)))


def _text(column: str, fts_column: str) -> Callable[[Condition], Sql]:
    """Words side by side in one column of the documents; the full-text index narrows the search first."""

    def compiled(condition: Condition) -> Sql:
        value = str(condition.value)
        phrase = fts.phrase(value, prefix=True, columns=(fts_column,))
        if not phrase:
            return f"instr(gs_fold({column}), ?) > 0", [words.fold(clean(value))]
        exact = f"instr(' ' || gs_exact({column}), ?) > 0"
        # CASE, because of an AND SQLite asks the side without a subquery first: the words of every sender there is.
        return f"CASE WHEN d.id IN ({_DOCUMENTS_WITH}) THEN {exact} END", [phrase, " " + fts.searched(value)]

    return compiled


def _noted(name: str, value: str, *, of: str = "") -> Sql:
    """Words of what a reader noted beside the text. Each value is read once, of however many documents.

    :param of: a test of the documents that may have it, the table's name as ``{0}``.
    """
    has = f"{of}instr({{0}}meta, '\"{name}\"') > 0"
    noted = f"json_extract({{0}}meta, '$.{name}')"
    values = f"""WITH noted(value) AS MATERIALIZED (
        SELECT DISTINCT {noted.format("")} FROM documents WHERE {has.format("")})
        SELECT value FROM noted WHERE instr(' ' || gs_exact(coalesce(value, '')), ?) > 0"""
    sql = f"CASE WHEN {has.format('d.')} THEN {noted.format('d.')} IN ({values}) END"
    return sql, [" " + (fts.searched(value) or words.fold(clean(value)))]


def _sender(condition: Condition) -> Sql:
    """Who sent a mail, or wrote a document."""
    sent, params = _text("d.sender", "names")(condition)
    wrote, more = _noted("author", str(condition.value), of="{0}kind <> 'mail' AND ")
    return f"{sent} OR {wrote}", [*params, *more]


def _recipient(condition: Condition) -> Sql:
    """Whom a mail went to, hidden from the others or not."""
    named, params = _text("d.recipients", "names")(condition)
    hidden, more = _noted("bcc", str(condition.value))
    return f"{named} OR {hidden}", [*params, *more]


def _title(condition: Condition) -> Sql:
    """Words of the title; what has none is called by the name of its file, a mail is not."""
    titled, params = _text("d.title", "title")(condition)
    value = str(condition.value)
    exact = f"instr(' ' || gs_exact({NAME}), ?) > 0"
    named = f"d.title = '' AND d.kind <> 'mail' AND {exact}"
    return f"{titled} OR ({named})", [*params, " " + (fts.searched(value) or words.fold(clean(value)))]


_DOCUMENTS_WITH = "SELECT document_id FROM chunks WHERE id IN (SELECT rowid FROM words WHERE words MATCH ?)"


def _words(condition: Condition) -> Sql:
    """A MATCH expression: positive, the passage must match; negated, no passage of its document may."""
    if condition.negated:
        return f"d.id IN ({_DOCUMENTS_WITH})", [condition.value]
    return "c.id IN (SELECT rowid FROM words WHERE words MATCH ?)", [condition.value]


def _compare(column: str) -> Callable[[Condition], Sql]:
    def compiled(condition: Condition) -> Sql:
        operator = {"is": "=", ">=": ">=", "<": "<"}[condition.op]
        return f"{column} {operator} ?", [condition.value]

    return compiled


def _dated(condition: Condition) -> Sql:
    """A moment; a mere day (of a diary, say) is midnight UTC and is compared as if it were midnight here."""
    try:
        ahead = time.localtime(float(condition.value)).tm_gmtoff
    except (OverflowError, ValueError, OSError):
        ahead = 0
    sql, params = _compare(f"CASE WHEN {_MERE_DAY} THEN d.date - ? ELSE {DATE} END")(condition)
    return sql, [ahead, *params]


def _ends(condition: Condition) -> Sql:
    """The suffix of the file, or of the own name of what is attached to a mail or stands in an archive or PDF."""
    ending = os.fsencode("." + str(condition.value).lower().lstrip("."))
    file = "lower(CAST(substr(f.path, ?) AS TEXT)) = CAST(? AS TEXT)"
    return f"{file} OR ({_INSIDE} AND {NAME} GLOB ?)", [
        -len(ending),
        ending,
        _glob(words.fold(os.fsdecode(ending))),
    ]


def _type(condition: Condition) -> Sql:
    kind = str(condition.value).lower()
    ending, params = _ends(condition)
    return f"d.kind IN (?, ?) OR ({ending})", [kind, _KINDS.get(kind, kind), *params]


_ENDS = {spelt(ending[-3:]) for ending in fts.PACKED for spelt in (str, str.upper, str.title)}
_PACKED = ", ".join(f"x'{ending.encode().hex()}'" for ending in sorted(_ENDS))
_ARCHIVES = f"SELECT x.id FROM files x WHERE substr(x.path, -3) IN ({_PACKED})"


def _path(condition: Condition) -> Sql:
    """A piece of the path, or with ``*`` its end; that of a file in an archive goes on in there. Files are asked by
    themselves: the index of their paths is a tenth of the rows."""
    folded = _folded(condition)
    test, values = "instr({0}, ?) > 0", [folded]
    if "*" in folded:
        pattern = _glob(folded.rstrip("/"))
        test, values = "{0} GLOB ? OR {0} GLOB ?", [pattern, f"{pattern}/*"]
    files = f"SELECT x.id FROM files x WHERE {test.format(_folded_path('x.path', folded))}"
    own = f"SELECT m.id FROM documents m WHERE m.file_id IN ({files})"
    inside = f"""SELECT m.id FROM files a CROSS JOIN documents m ON m.file_id = a.id
        WHERE a.id IN ({_ARCHIVES}) AND ({test.format("gs_path(CAST(a.path || '/' || m.part AS BLOB))")})"""
    return f"d.id IN ({own} UNION ALL {inside})", [*values, *values]


def _glob(folded: str) -> str:
    """A pattern for the end of a folded path: ``*`` stands for any characters, everything else for itself."""
    plain = re.sub(r"[\[?]", lambda match: f"[{match.group()}]", folded)
    return plain if plain.startswith("/") else f"*{plain}"


def _filename(condition: Condition) -> Sql:
    """The name of a file, of an attachment or of a member of an archive; or of what is attached to a mail, and of
    the archives around a member."""
    folded = _folded(condition)
    test, value = ("{} GLOB ?", _glob(folded)) if "*" in folded else ("instr({}, ?) > 0", folded)
    attached = f"EXISTS ({_ATTACHED} WHERE {test.format('gs_fold(value)')})"
    around = f"{_INSIDE} AND EXISTS ({_HOLDERS} WHERE {test.format('value')})"
    return f"{test.format(NAME)} OR {attached} OR ({around})", [value] * 3


_ATTACHED = "SELECT 1 FROM json_each(d.attachments)"
_HOLDERS = "SELECT 1 FROM json_each(gs_holders(f.path, d.part, d.meta))"


def _folded_path(column: str, sought: str) -> str:
    """A path as gs_path folds it, for ``sought`` to be found in. For ASCII SQLite's own function does where every
    byte is a character, a third of the time for all files of a large index; bytes that are no UTF-8 stand for nothing
    in ASCII."""
    if not sought.isascii():
        return f"gs_path({column})"
    text = f"CAST({column} AS TEXT)"
    return f"CASE length({text}) WHEN length({column}) THEN lower({text}) ELSE gs_path({column}) END"


def _inside(condition: Condition) -> Sql:
    """A folder by its whole path, also where links in it lead, or any folder of that name."""
    value = str(condition.value)
    place = os.path.expanduser(value) if value == "~" or value.startswith("~/") else value
    if place.startswith("/"):
        places = dict.fromkeys((os.path.normpath(place), _led(place)))
        params = [param for each in places for param in (os.fsencode(each), *below(each))]
        return " OR ".join(["f.path = ? OR (f.path >= ? AND f.path < ?)"] * len(places)), params
    name = "/" + words.fold(clean(value)).strip("/") + "/"
    named = f"SELECT x.id FROM folders x WHERE instr({_folded_path('x.path', name)}, ?) > 0"
    return f"f.folder_id IN ({named})", [name]


def _led(place: str) -> str:
    """Where a path leads; itself where nobody can tell."""
    try:
        return os.path.realpath(place)
    except (OSError, ValueError):
        return os.path.normpath(place)


def _has(condition: Condition) -> Sql:
    known = {
        "attachment": "d.attachments <> '[]'",
        "tag": "d.tags <> '[]'",
        "date": "d.date IS NOT NULL",
        "title": "d.title <> ''",
    }
    return known[str(condition.value)], []


def _language(condition: Condition) -> Sql:
    """As the reader declared it, else as the passage reads."""
    return "gs_language(d.language, c.text) = ?", [condition.value]


def _tag(condition: Condition) -> Sql:
    """A tag, or all below it: ``tag:work`` finds work/berlin."""
    tag = _folded(condition).lstrip("#")
    each = "SELECT 1 FROM json_each(d.tags) WHERE gs_fold(value) = ? OR gs_fold(value) LIKE ? ESCAPE '\\'"
    return f"EXISTS ({each})", [tag, _like(tag) + "/%"]


# A person's decision (p) about a document (d) in a file (f): about its place, its content or its message.
DECIDED_OF = (
    "p.path = f.path AND p.part = d.part OR p.hash = d.hash "
    "OR (p.message_id <> '' AND p.message_id = d.message_id)"
)


def _labelled(condition: Condition) -> Sql:
    """What a person said of the document, else what the last run of the labels believes."""
    of = f"p.label_id = l.id AND ({DECIDED_OF})"
    decided = f"SELECT p.yes FROM decisions p WHERE {of} ORDER BY p.made DESC LIMIT 1"
    believed = "SELECT v.chosen FROM verdicts v WHERE v.document_id = d.id AND v.label_id = l.id"
    name = str(condition.value).strip().lower()
    return f"(SELECT coalesce(({decided}), ({believed})) FROM labels l WHERE l.name = ?)", [name]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _site(condition: Condition) -> Sql:
    """A host with all below it, with or without the beginning of a path."""
    return "gs_on_site(d.meta, ?)", [condition.value]


_SAVED = "CAST(json_extract(d.meta, '$.visited') AS REAL)"
_NEVER = "json_extract(d.meta, '$.bookmarked') = 'yes' AND json_extract(d.meta, '$.visits') = '0'"


def _visited(condition: Condition) -> Sql:
    """The last visit of a page of a history, none of one that is a mere bookmark; or when a page was saved."""
    last = f"CASE WHEN {_NEVER} THEN NULL ELSE d.date END"
    return _compare(f"CASE d.kind WHEN 'visit' THEN {last} ELSE {_SAVED} END")(condition)


_FIELDS: dict[str, Callable[[Condition], Sql]] = {
    "from": _sender,
    "to": _recipient,
    "cc": _text("d.copies", "names"),
    "bcc": lambda condition: _noted("bcc", str(condition.value)),
    "list": lambda condition: _noted("list", str(condition.value)),
    "title": _title,
    "subject": _text("d.title", "title"),
    "path": _path,
    "filename": _filename,
    "in": _inside,
    "type": _type,
    "kind": _type,
    "ext": _ends,
    "lang": _language,
    "has": _has,
    "tag": _tag,
    "site": _site,
    "label": _labelled,
    "quoted": _compare("c.quoted"),
    "visited": _visited,
    "size": _compare(SIZE),
    "date": _dated,
    "after": _dated,
    "before": _dated,
    "document": _compare("d.id"),
    "chunk": _compare("c.id"),
    "words": _words,
}
