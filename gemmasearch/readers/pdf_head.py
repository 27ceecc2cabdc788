"""Whether a file is a PDF. Every file is asked, so that nothing is loaded here that only reading one needs."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?<!\d)\d+\s+\d+\s+obj\b")
_CONTAINER = re.compile(rb"PK|\x1f\x8b|\x78\x9f\x3e\x22|\xd0\xcf\x11\xe0|From |[!-9;-~]{1,80}:[ \t]")


def sniff(head: bytes, path: str) -> bool:
    """Readers forgive up to a kilobyte before the header; but it may be a mail or an archive that holds a PDF."""
    before, header, _ = head[:1024].partition(b"%PDF-")
    if not header:
        return False
    return not before.strip(b"\xef\xbb\xbf \t\r\n\0") or (
        _OBJECT.search(head) is not None and not _CONTAINER.match(before.lstrip())
    )
