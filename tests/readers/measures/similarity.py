"""Similarity (rapidfuzz ratio) to the texts that pdfbox expects: our reader, pypdf alone, pypdfium2 alone."""

from __future__ import annotations

import logging
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rapidfuzz import fuzz

from gemmasearch import readers
from tests.readers.measures import documents, files


def main(data: Path) -> None:
    pairs = [(p, p.with_name(p.name + ".txt")) for p in files(data / "pdfs" / "pdfbox", ".pdf")]
    expected = {p: plain(e.read_text("utf-8-sig", "replace")) for p, e in pairs if e.exists()}
    with readers.Isolated() as isolated:
        show("ours", expected, lambda p: "\n".join(d.text for d in documents(isolated, [p])))
    show("pypdf", expected, pypdf_text)
    show("pypdfium2", expected, pdfium_text)


def show(name: str, expected: dict[Path, str], extract: Callable[[Path], str]) -> None:
    started = time.perf_counter()
    texts = {p: plain(extract(p)) for p in expected}
    seconds = time.perf_counter() - started
    found = sorted(fuzz.ratio(e, texts[p]) / 100 for p, e in expected.items())
    low = found[int(len(found) * 0.05)]
    print(f"{name}: {len(found)} files, median {statistics.median(found):.3f}, 5th percentile {low:.3f}, "
          f"mean {statistics.mean(found):.3f}, {seconds:.1f} s", flush=True)  # fmt: skip


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[\x02\ufffe\ufeff]", "", text)).strip()


def pypdf_text(path: Path) -> str:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    except Exception:
        return ""


def pdfium_text(path: Path) -> str:
    import pypdfium2

    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))
    except Exception:
        return ""
