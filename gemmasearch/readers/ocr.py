"""Text in pictures of pages: an optional extra, off unless asked for.

Two engines. RapidOCR (extra ``ocr``) brings its models in its wheel and reads Latin script, Chinese and Japanese at
once; Tesseract is used through its library where it is installed, with the languages installed for it. Neither ever
fetches anything. Both run in the reader's worker, so that what they do with a hostile picture stays there.
"""

from __future__ import annotations

import functools
import hashlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from gemmasearch.readers import tesseract
from gemmasearch.readers.formats import Source
from gemmasearch.readers.textual import clean
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Picture = NDArray[numpy.uint8]  # rows of grey pixels

MEMORY_MB = 1536  # address space for the models, beside what a reader may use
PIXELS = 50_000_000  # of one picture
LONGEST_SIDE = 2400  # pixels: letters of ten points on A4 are 28 high
DOTS = 200  # per inch, where a page is drawn
SMALLEST_SIDE = 24  # nothing to read in an icon
_SURE = 0.6  # RapidOCR's confidence below which a line is noise
_RAPID = frozenset(
    {
        *(
            "zh",
            "en",
            "ja",
            "af",
            "az",
            "bs",
            "ca",
            "cs",
            "cy",
            "da",
            "de",
            "es",
            "et",
            "eu",
            "fi",
            "fr",
            "ga",
        ),
        *(
            "gl",
            "hr",
            "hu",
            "id",
            "is",
            "it",
            "ku",
            "la",
            "lb",
            "lt",
            "lv",
            "mi",
            "ms",
            "mt",
            "nl",
            "no",
            "oc",
        ),
        *("pl", "pt", "qu", "rm", "ro", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "uz", "vi"),
    }
)


class Engine(Protocol):
    """``name`` says engine and languages: another name may read another text."""

    name: str

    def lines(self, picture: Picture) -> list[str]: ...


def languages(settings: Settings) -> tuple[str, ...]:
    return tuple(settings.ocr_languages.lower().replace(",", " ").split())


def chosen(settings: Settings) -> str:
    """The engine that would be used: "rapidocr", "tesseract", or "" where OCR is off or none is there."""
    wanted = languages(settings)
    for name in ("rapidocr", "tesseract") if settings.ocr == "auto" else (settings.ocr,):
        if name == "rapidocr" and _RAPID.issuperset(wanted) and _has_rapidocr():
            return name
        if name == "tesseract" and tesseract.has(wanted or ("en",)):
            return name
    return ""


def missing(settings: Settings) -> str:
    """Why OCR was asked for and cannot be done; "" where it can, or is off."""
    if settings.ocr == "off" or chosen(settings):
        return ""
    wanted = languages(settings)
    if _has_rapidocr() and settings.ocr != "tesseract" and not _RAPID.issuperset(wanted):
        unread = ", ".join(sorted({*wanted} - _RAPID))
        return f"rapidocr does not read {unread}: install tesseract and its data for it"
    if settings.ocr == "tesseract":
        return f"install tesseract with its data for {', '.join(wanted or ('en',))}"
    return "pip install 'gemmasearch[ocr]'"


def engine(settings: Settings) -> Engine | None:
    """The engine, kept loaded in this process; None where OCR is off or no engine is there."""
    name = chosen(settings)
    if name == "rapidocr":
        return _rapidocr(settings.threads)
    return _tesseract(languages(settings) or ("en",)) if name == "tesseract" else None


def read_picture(engine: Engine, picture: Picture, source: Source) -> str:
    """The text of a picture, "" where there is none; asked of the cache first."""
    if min(picture.shape) < SMALLEST_SIDE:
        return ""
    digest = hashlib.blake2b(f"{engine.name} {picture.shape} ".encode(), digest_size=16)
    digest.update(picture.tobytes())
    key = digest.hexdigest()
    known = source.recalled(key)
    if known is not None:
        return known
    source.slow()
    text = clean("\n".join(engine.lines(picture))).strip()
    source.learned(key, text)
    return text


def _has_rapidocr() -> bool:
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


@functools.cache
def _tesseract(languages: tuple[str, ...]) -> Engine:
    return tesseract.Tesseract(languages)


@functools.cache
def _rapidocr(threads: int) -> Engine:
    return _RapidOcr(threads)


class _RapidOcr:
    """Loads its models at the first picture that is not known."""

    def __init__(self, threads: int) -> None:
        from importlib.metadata import version

        self.name = f"rapidocr {version('rapidocr')}"
        self._threads = threads
        self._read: Any = None

    def lines(self, picture: Picture) -> list[str]:
        self._read = self._read or self._loaded()
        found = self._read(picture)
        if found.txts is None or found.boxes is None:
            return []
        sure = [
            (box, text)
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if score >= _SURE and text.strip()
        ]
        return _rows(sure)

    def _loaded(self) -> Any:
        import logging

        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        threads = self._threads or -1
        return RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            }
        )


def _rows(found: list[tuple[Any, str]]) -> list[str]:
    """Pieces that stand side by side on one line of the page are one line of the text."""
    rows: list[tuple[float, float, list[tuple[float, str]]]] = []
    for box, text in found:
        top, bottom, left = float(box[:, 1].min()), float(box[:, 1].max()), float(box[:, 0].min())
        middle = (top + bottom) / 2
        if rows and rows[-1][0] < middle < rows[-1][1]:
            rows[-1][2].append((left, text))
        else:
            rows.append((top, bottom, [(left, text)]))
    return [" ".join(text for _, text in sorted(pieces)) for _, _, pieces in rows]
