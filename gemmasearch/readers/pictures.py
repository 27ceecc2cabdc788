"""Pictures: scans, screenshots and photographs, whose text an OCR engine reads (``ocr``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem, Section
from gemmasearch.readers import ocr
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.readers.ocr import Picture

FRAMES = 500  # of a TIFF: a fax of so many pages


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    engine = ocr.engine(settings)
    if engine is None:
        raise CannotRead("no-text", "a picture, waits for OCR", waits="ocr", pages=1)
    sections: list[Section] = []
    text = ""
    for number, frame in enumerate(_frames(source), 1):
        found = ocr.read_picture(engine, frame, source)
        source.progress()
        if found:
            piece = f"\n\n{found}" if text else found
            sections.append(Section(len(text), len(text) + len(piece), (), number))
            text += piece
    if not text:
        raise CannotRead("no-text", "a picture without text")
    yield Document("picture", text, sections=tuple(sections), meta={"ocr": engine.name})


def _frames(source: Source) -> Iterator[Picture]:
    """Each frame upright, grey, and no larger than an engine needs.

    :raises CannotRead: "malformed", "limit", or "extra" without Pillow.
    """
    try:
        from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError
    except ImportError as e:
        raise CannotRead("extra", "pip install 'gemmasearch[ocr]'", waits="ocr", pages=1) from e
    import numpy

    Image.MAX_IMAGE_PIXELS = ocr.PIXELS
    try:
        with Image.open(source.stream) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                if frame.width * frame.height > ocr.PIXELS or number >= FRAMES:
                    raise CannotRead("limit", f"{frame.width} x {frame.height} pixels, frame {number + 1}")
                upright = ImageOps.exif_transpose(frame)
                if "A" in upright.getbands() or "transparency" in upright.info:
                    page = Image.new("RGBA", upright.size, "white")
                    upright = Image.alpha_composite(page, upright.convert("RGBA"))
                grey = upright.convert("L")
                grey.thumbnail((ocr.LONGEST_SIDE, ocr.LONGEST_SIDE))
                yield numpy.asarray(grey)
                if image.format == "GIF":
                    return  # the other frames are the same picture in motion
    except Image.DecompressionBombError as e:
        raise CannotRead("limit", str(e)) from e
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError) as e:
        raise CannotRead("malformed", f"{type(e).__name__}: {e}"[:300]) from e
