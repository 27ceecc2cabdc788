"""Pages of a PDF that have no text: drawn and given to OCR, or counted as waiting for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Problem
from gemmasearch.readers import ocr
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.readers.ocr import Picture


class Scans:
    """The pages of one file as pictures. ``waiting`` are those (from 0) that OCR would be needed for."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self.waiting: list[int] = []
        self.engine = ocr.engine(settings)
        self.read = 0
        self._source = source
        self._document: Any = None

    def text(self, index: int) -> str:
        """What OCR reads on a page; "" for a blank one, without OCR, or where it failed before."""
        page = self._page(index)
        if page is None or next(page.get_objects(max_depth=1), None) is None:
            return ""
        if self.engine is None:
            self.waiting.append(index)
            return ""
        if not self._source.begins(f"page {index + 1}"):
            return ""
        picture = _drawn(page)
        text = ocr.read_picture(self.engine, picture, self._source) if picture is not None else ""
        self._source.begins("")
        self.read += bool(text)
        return text

    def problem(self, path: str) -> list[Problem]:
        """What is missing of a file that has text on other pages."""
        count = len(self.waiting)
        if not count:
            return []
        detail = "without text, wait for OCR" if count > 1 else "without text, waits for OCR"
        return [Problem(path, "no-text", detail, _ranges(self.waiting), "ocr", count)]

    def nothing(self, pages: int) -> CannotRead:
        """Why a file without any text is not read."""
        count = len(self.waiting)
        detail = f"{pages} page{'s' * (pages != 1)} without text"
        return CannotRead("no-text", detail, waits="ocr" if count else "", pages=count)

    def _page(self, index: int) -> Any:
        import pypdfium2

        try:
            if self._document is None:
                self._document = pypdfium2.PdfDocument(self._source.read())
            return self._document[index]
        except (pypdfium2.PdfiumError, RuntimeError, ValueError, IndexError):
            return None


def _drawn(page: Any) -> Picture | None:
    """The page in grey, sharp enough to read."""
    import pypdfium2

    width, height = page.get_size()
    if min(width, height) <= 0:
        return None
    scale = min(ocr.DOTS / 72, ocr.LONGEST_SIDE / max(width, height))
    try:
        picture: Picture = page.render(scale=scale, grayscale=True).to_numpy()
    except (pypdfium2.PdfiumError, RuntimeError, ValueError):
        return None
    return picture.reshape(picture.shape[:2])


def _ranges(indices: Sequence[int]) -> str:
    """``[0, 1, 2, 6]`` as "pages 1-3, 7"."""
    runs = [
        [index for _, index in run] for _, run in groupby(enumerate(indices), lambda pair: pair[1] - pair[0])
    ]
    text = ", ".join(f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else str(run[0] + 1) for run in runs)
    return f"page{'s' * (len(indices) > 1)} {text}"
