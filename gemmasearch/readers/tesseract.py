"""Tesseract through its C library: its program could not be started from a worker, which may start none."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gemmasearch.readers.ocr import Picture

_LIBRARIES = (
    "libtesseract.so.5",
    "libtesseract.so.4",
    "/opt/homebrew/lib/libtesseract.dylib",
    "/usr/local/lib/libtesseract.dylib",
)
_DATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
# ISO 639-1 to the names of Tesseract's data
_NAMES = {
    "af": "afr", "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan",
    "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin",
    "fr": "fra", "ga": "gle", "gl": "glg", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "hy": "hye",
    "id": "ind", "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat", "ko": "kor", "la": "lat", "lt": "lit",
    "lv": "lav", "mk": "mkd", "ms": "msa", "mt": "mlt", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por",
    "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi", "sr": "srp", "sv": "swe", "sw": "swa",
    "ta": "tam", "te": "tel", "th": "tha", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "yi": "yid",
    "zh": "chi_sim",
}  # fmt: skip


def has(languages: Iterable[str]) -> bool:
    """Whether the library and its data for all these languages are installed."""
    folder = _data()
    names = [_NAMES.get(each, each) for each in languages]
    found = folder is not None and all((folder / f"{name}.traineddata").is_file() for name in names)
    return found and _library() is not None


def _data() -> Path | None:
    given = os.environ.get("TESSDATA_PREFIX")
    folders = [given] if given else []
    return next((Path(p) for p in (*folders, *_DATA) if Path(p).is_dir()), None)


@functools.cache
def _library() -> ctypes.CDLL | None:
    for name in _LIBRARIES:
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        found.TessBaseAPICreate.restype = ctypes.c_void_p
        found.TessBaseAPIGetUTF8Text.restype = ctypes.c_void_p
        found.TessVersion.restype = ctypes.c_char_p
        return found
    return None


class Tesseract:
    """One loaded engine; satisfies :class:`gemmasearch.readers.ocr.Engine`."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        """:raises OSError: the library or the data cannot be loaded."""
        library, folder = _library(), _data()
        if library is None or folder is None:
            raise OSError("tesseract is not installed")
        names = "+".join(_NAMES.get(each, each) for each in languages)
        self._library: Any = library
        self._handle = ctypes.c_void_p(library.TessBaseAPICreate())
        if library.TessBaseAPIInit3(self._handle, os.fsencode(folder), names.encode()):
            raise OSError(f"tesseract has no data for {names}")
        self.name = f"tesseract {library.TessVersion().decode()} {names}"

    def lines(self, picture: Picture) -> list[str]:
        height, width = picture.shape
        raw = picture.tobytes()
        self._library.TessBaseAPISetImage(self._handle, raw, width, height, 1, width)
        self._library.TessBaseAPISetSourceResolution(self._handle, 200)
        found = self._library.TessBaseAPIGetUTF8Text(self._handle)
        if not found:
            return []
        try:
            text = ctypes.string_at(found).decode("utf-8", "replace")
        finally:
            self._library.TessDeleteText(ctypes.c_void_p(found))
        self._library.TessBaseAPIClear(self._handle)
        return [line.strip() for line in text.split("\n")]
