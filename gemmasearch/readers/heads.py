"""What a format is known by: exact tests of a file's first bytes. Every file is asked each of them, so that nothing
is loaded here that only reading one needs; that of mail has a module of its own."""

from __future__ import annotations

import re

_ZIP = b"PK\x03\x04"
SQLITE = b"SQLite format 3\0"
TNEF = b"\x78\x9f\x3e\x22"
_BLANK = b"\xef\xbb\xbf\r\n\t "
_OBJECT = re.compile(rb"(?<!\d)\d+\s+\d+\s+obj\b")
_CONTAINER = re.compile(rb"PK|\x1f\x8b|" + re.escape(TNEF) + rb"|\xd0\xcf\x11\xe0|From |[!-9;-~]{1,80}:[ \t]")


def is_pdf(head: bytes, path: str) -> bool:
    """Readers forgive up to a kilobyte before the header; but it may be a mail or an archive that holds a PDF."""
    before, header, _ = head[:1024].partition(b"%PDF-")
    if not header:
        return False
    return not before.strip(b"\xef\xbb\xbf \t\r\n\0") or (
        _OBJECT.search(head) is not None and not _CONTAINER.match(before.lstrip())
    )


def is_docx(head: bytes, path: str) -> bool:
    return head.startswith(_ZIP) and b"word/" in head


def is_pptx(head: bytes, path: str) -> bool:
    return head.startswith(_ZIP) and b"ppt/" in head


def is_xlsx(head: bytes, path: str) -> bool:
    return head.startswith(_ZIP) and (b"xl/workbook" in head or b"xl/worksheets" in head)


def is_odt(head: bytes, path: str) -> bool:
    return _is_called(head, b"application/vnd.oasis.opendocument.text")


def is_odp(head: bytes, path: str) -> bool:
    return _is_called(head, b"application/vnd.oasis.opendocument.presentation")


def is_ods(head: bytes, path: str) -> bool:
    return _is_called(head, b"application/vnd.oasis.opendocument.spreadsheet")


def is_flat(head: bytes, path: str) -> bool:
    """OpenDocument in one XML file."""
    return b"<office:document " in head[:2_000] and b"opendocument:xmlns:office" in head


def is_epub(head: bytes, path: str) -> bool:
    return _is_called(head, b"application/epub+zip")


def is_rtf(head: bytes, path: str) -> bool:
    return head.lstrip(b"\r\n\t ").startswith(b"{\\rtf")


def is_history(head: bytes, path: str) -> bool:
    if not head.startswith(SQLITE):
        return False
    from gemmasearch.readers import profiles

    return profiles.is_named(path)


def is_calendar(head: bytes, path: str) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n ")[:15].upper() == b"BEGIN:VCALENDAR"


def is_contacts(head: bytes, path: str) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n ")[:11].upper() == b"BEGIN:VCARD"


def is_mbox(head: bytes, path: str) -> bool:
    if not head.lstrip().startswith(b"From "):
        return False
    from gemmasearch.readers import mailbox

    return mailbox.begins(head)


def is_tnef(head: bytes, path: str) -> bool:
    return head.startswith(TNEF)


def is_mhtml(head: bytes, path: str) -> bool:
    lowered = head[:2048].lower()
    saved = b"saved by" in lowered or b"snapshot-content-location:" in lowered
    return b"multipart/related" in lowered and (saved or path.lower().endswith((".mht", ".mhtml")))


def is_enex(head: bytes, path: str) -> bool:
    return b"<en-export" in head[:2_000] and head.lstrip(_BLANK).startswith(b"<")


def is_notebook(head: bytes, path: str) -> bool:
    """By its first cell, or by its version where that comes first."""
    if not head.lstrip(_BLANK).startswith(b"{"):
        return False
    return b'"cell_type"' in head or (b'"nbformat"' in head and b'"metadata"' in head)


def _is_called(head: bytes, kind: bytes) -> bool:
    """Whether a package names this media type in its first member, as OpenDocument and EPUB want it."""
    return head.startswith(_ZIP) and b"mimetype" + kind in head[:110]
