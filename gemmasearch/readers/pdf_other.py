"""A PDF through pypdfium2: for what pypdf cannot read, or not in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gemmasearch.readers import pdf_columns, pdf_text
from gemmasearch.readers.formats import Source

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage


# Pages without such columns after which a document is taken to have none: a look takes up to a fourth as long as
# pypdf takes for the text.
TRIED = 12


class Other:
    """One file, opened only when it is asked for a page."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._document: PdfDocument | None = None
        self._failed = False
        self._plain = 0  # pages that have no columns

    def __len__(self) -> int:
        return len(self._document) if self._opened() and self._document else 0

    def page(self, index: int) -> str:
        """The page's text; "" where it is no better here."""
        return self._read(index, lambda page: str(page.get_textpage().get_text_bounded()))

    def columns(self, index: int) -> str:
        """The page's text column by column; "" where it has no columns that were drawn row by row, or too many pages
        before it had none."""
        text = self._read(index, pdf_columns.read) if self._plain < TRIED else ""
        self._plain = 0 if text else self._plain + 1
        return text

    def _read(self, index: int, read: Callable[[PdfPage], str]) -> str:
        if not self._opened() or self._document is None:
            return ""
        try:
            text = pdf_text.tidy(read(self._document[index]).replace("\ufffe", "-\n"))
        except (RuntimeError, IndexError, ValueError):
            return ""
        return "" if pdf_text.is_garbage(text) else text

    def _opened(self) -> bool:
        if self._document is None and not self._failed:
            import pypdfium2

            try:
                self._document = pypdfium2.PdfDocument(self._source.read())
            except (pypdfium2.PdfiumError, RuntimeError, ValueError):
                self._failed = True
        return not self._failed
