"""FORMATS: every format in one table.

A new format is one row here, one file with a function of the shape of :class:`Reader`, and one subclass of the
contract test in ``tests/readers/contract.py``. Rows stand in the order in which their sniffers are asked.
"""

from __future__ import annotations

import functools
import os
import sys

from gemmasearch.readers.formats import Format

_GROUP = "gemmasearch.readers"  # of entry points, by which other packages add formats

_CODE = (
    ".py", ".pyi", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".scala", ".go", ".rs", ".c", ".h",
    ".cc", ".cpp", ".hpp", ".cs", ".swift", ".m", ".rb", ".php", ".pl", ".pm", ".lua", ".r", ".jl", ".hs",
    ".ml", ".ex", ".exs", ".erl", ".clj", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".sql", ".css", ".scss",
    ".vue", ".tf", ".proto", ".dart", ".groovy", ".diff", ".patch",
)  # fmt: skip
_DATA = (
    ".json",
    ".jsonl",
    ".ndjson",
    ".yaml",
    ".yml",
    ".toml",
    ".xml",
    ".csv",
    ".tsv",
    ".ini",
    ".conf",
    ".cfg",
    ".edn",
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_SHEETS = (
    _OFFICE + "spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.macroenabled.12",
)
_ARCHIVES = (
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/x-gzip",
    "application/x-bzip2",
    "application/x-xz",
)
_PICTURES = (
    "image/png",
    "image/jpeg",
    "image/tiff",
    "image/webp",
    "image/bmp",
    "image/x-ms-bmp",
    "image/gif",
)

# fmt: off
FORMATS: tuple[Format, ...] = (
    Format("pdf", "pdf", ("application/pdf",), (".pdf",), "pdf:read", 10,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_pdf"),
    Format("docx", "document", (_OFFICE + "wordprocessingml.document",), (".docx", ".docm", ".dotx"),
           "office:read_docx", 2, isolated=True, limit="max_pdf_bytes", sniff="heads:is_docx"),
    Format("pptx", "slides", (_OFFICE + "presentationml.presentation",), (".pptx", ".pptm", ".ppsx"),
           "slides:read", 2, isolated=True, limit="max_pdf_bytes", sniff="heads:is_pptx"),
    Format("odt", "document", (_OPEN + "text", _OPEN + "text-template"), (".odt", ".ott"),
           "office:read_opendocument", 3, isolated=True, limit="max_pdf_bytes", sniff="heads:is_odt"),
    Format("fodt", "document", (), (".fodt", ".fods", ".fodp", ".fodg"), "office:read_flat", 1,
           textual=True, isolated=True, limit="max_text_bytes", sniff="heads:is_flat"),
    Format("odp", "slides", (_OPEN + "presentation",), (".odp",), "office:read_opendocument", 3,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_odp"),
    Format("ods", "sheet", (_OPEN + "spreadsheet",), (".ods",), "sheets:read", 3,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_ods", extra="office"),
    Format("xlsx", "sheet", _SHEETS, (".xlsx", ".xlsm", ".xlsb", ".xls"), "sheets:read", 3,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_xlsx", extra="office"),
    Format("epub", "book", ("application/epub+zip",), (".epub",), "epub:read", 2,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_epub"),
    Format("rtf", "document", ("text/rtf", "application/rtf"), (".rtf",), "rtf:read", 2,
           isolated=True, limit="max_text_bytes", sniff="heads:is_rtf", extra="office"),
    Format("archive", "archive", _ARCHIVES, (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz"),
           "archives:read", 4, isolated=True, switch="archives"),
    Format("picture", "picture", _PICTURES, (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"),
           "pictures:read", 1, isolated=True, limit="max_pdf_bytes", extra="ocr"),
    Format("history", "visit", (), (), "browser:read", 2, isolated=True, limit="max_pdf_bytes",
           sniff="heads:is_history", prepare="profiles:copied"),
    Format("calendar", "event", ("text/calendar",), (".ics", ".ical"), "cards:read_calendar", 6,
           textual=True, isolated=True, entries=True, limit="max_text_bytes", sniff="heads:is_calendar"),
    Format("contacts", "contact", ("text/vcard", "text/x-vcard"), (".vcf", ".vcard"), "cards:read_contacts", 3,
           textual=True, isolated=True, entries=True, limit="max_text_bytes", sniff="heads:is_contacts"),
    Format("mbox", "mail", ("application/mbox",), (".mbox", ".mbx"), "mailbox:read", 9,
           isolated=True, grows=True, entries=True, sniff="heads:is_mbox"),
    Format("tnef", "mail", ("application/vnd.ms-tnef",), (".tnef",), "tnef:read", 3,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_tnef"),
    Format("mhtml", "web", ("multipart/related",), (".mht", ".mhtml"), "mhtml:read", 4,
           isolated=True, limit="max_pdf_bytes", sniff="heads:is_mhtml"),
    Format("mail", "mail", ("message/rfc822", "message/news"), (".eml", ".emlx"), "mail:read", 11,
           isolated=True, head="max_message_bytes", sniff="mail_head:sniff"),
    Format("enex", "note", ("application/enex+xml",), (".enex",), "enex:read", 1,
           textual=True, isolated=True, entries=True, sniff="heads:is_enex"),
    Format("html", "web", ("text/html", "application/xhtml+xml"), (".html", ".htm", ".xhtml"), "html:read", 7,
           textual=True, isolated=True, limit="max_text_bytes"),
    Format("notebook", "document", ("application/x-ipynb+json",), (".ipynb",), "notebook:read", 1,
           textual=True, isolated=True, limit="max_pdf_bytes", sniff="heads:is_notebook"),
    Format("markdown", "note", ("text/markdown",), (".md", ".markdown", ".mdown", ".mkd"), "notes:read_markdown", 7,
           textual=True, limit="max_text_bytes"),
    Format("org", "note", ("text/org",), (".org",), "notes:read_org", 6, textual=True, limit="max_text_bytes"),
    Format("rst", "note", ("text/x-rst",), (".rst", ".rest"), "notes:read_rst", 5,
           textual=True, limit="max_text_bytes"),
    Format("latex", "note", ("text/x-tex",), (".tex", ".ltx", ".bib"), "latex:read", 2,
           textual=True, limit="max_text_bytes"),
    Format("code", "code", (), _CODE, "code:read_code", 4, textual=True, limit="max_text_bytes"),
    Format("data", "data", ("application/json", "application/x-ndjson", "text/xml", "text/csv"), _DATA,
           "code:read_data", 6, textual=True, limit="max_text_bytes"),
    Format("text", "note", ("text/*",), (".txt", ".text", ".log"), "notes:read_text", 6,
           textual=True, limit="max_text_bytes"),
)
# fmt: on


@functools.cache
def formats() -> tuple[Format, ...]:
    """``FORMATS`` and, behind them, those that installed packages add: entry points of the group
    ``gemmasearch.readers``, each a :class:`Format` whose functions are named with their full module."""
    return (*FORMATS, *(found for found in _added().values() if isinstance(found, Format)))


def broken_formats() -> list[str]:
    """Entry points that add nothing, and why: a package that is broken must not cost the others."""
    return [f"{name}: {found}" for name, found in _added().items() if not isinstance(found, Format)]


def _may_add(folder: str) -> bool:
    """Whether a package that is installed there names readers: the library takes 20 ms to say no, in each process."""
    folder = folder or "."
    if not os.path.isdir(folder):
        return os.path.exists(folder)  # an archive of packages
    try:
        packages = [p for p in os.listdir(folder) if p.endswith((".dist-info", ".egg-info"))]
    except OSError:  # a worker may not look there, nor may the library
        return False
    return any(_names_group(os.path.join(folder, package, "entry_points.txt")) for package in packages)


def _names_group(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return _GROUP.encode() in stream.read()
    except OSError:  # most packages have none
        return False


@functools.cache
def _added() -> dict[str, Format | str]:
    if not any(map(_may_add, sys.path)):
        return {}
    from importlib.metadata import entry_points

    names = {each.name for each in FORMATS}
    added: dict[str, Format | str] = {}
    for entry in sorted(entry_points(group=_GROUP)):
        try:
            found = entry.load()
        except Exception as e:  # noqa: BLE001  (it is somebody else's code)
            added[entry.name] = f"{type(e).__name__}: {e}"[:200]
            continue
        if not isinstance(found, Format):
            added[entry.name] = "it is no Format"
        elif found.name in names:
            added[entry.name] = f"there is a format {found.name!r} already"
        else:
            names.add(found.name)
            added[entry.name] = found
    return added


def by_name(name: str) -> Format:
    """:raises KeyError: there is no such format."""
    return {f.name: f for f in formats()}[name]


def by_suffix(suffix: str) -> Format | None:
    lowered = suffix.lower()
    return next((f for f in formats() if lowered in f.suffixes), None) if lowered else None


def by_mime(mime: str) -> Format | None:
    """The row that names this MIME type, else the one that names its family ("text/*")."""
    exact = next((f for f in formats() if mime in f.magic), None)
    return exact or next((f for f in formats() if mime.split("/")[0] + "/*" in f.magic), None)
