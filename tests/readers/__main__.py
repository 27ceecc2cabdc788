"""Measurements of the readers over the shared data: ``python -m tests.readers table|speed|pdf|quotes [FOLDER]``."""

from __future__ import annotations

import mailbox
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gemmasearch import readers
from gemmasearch.documents import Document

FOLDERS = ("mail", "notes", "pdfs", "docs")


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "table"
    data = Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["GSEARCH_TEST_DATA"])
    {"table": table, "speed": speed, "pdf": pdf, "quotes": quotes}[what](data)


def files(folder: Path, suffix: str = "") -> Iterator[Path]:
    for root, _, names in sorted(os.walk(folder)):
        yield from (Path(root, name) for name in sorted(names) if name.endswith(suffix))


def table(data: Path) -> None:
    """Per folder: files, documents by kind, Problems by reason (of files / of parts), seconds."""
    with readers.Isolated() as isolated:
        for folder in [each for top in FOLDERS for each in sorted((data / top).iterdir()) if each.is_dir()]:
            started, kinds, wrong, parts, count = time.perf_counter(), Counter(), Counter(), Counter(), 0
            for path in files(folder):
                count += 1
                for item in isolated.read(str(path)):
                    if isinstance(item, Document):
                        kinds[item.kind] += 1
                    else:
                        (parts if item.part else wrong)[item.reason] += 1
            print(f"{folder.relative_to(data)}: {count} files, {time.perf_counter() - started:.1f} s")
            print(f"    documents {dict(kinds)}\n    problems  {dict(wrong)} of parts {dict(parts)}")


def speed(data: Path) -> None:
    """Messages/s and pages/s with 1 and 2 workers, as ratios to Python's mailbox + email and to bare pypdf."""
    boxes = list(files(data / "mail" / "lists"))
    pdfs = list(files(data / "pdfs" / "py-pdf-sample-files", ".pdf"))
    pdfs += list(files(data / "pdfs" / "pdfbox", ".pdf"))
    compare("messages", boxes, python_mailbox, lambda item: 1)
    compare("pages", pdfs, bare_pypdf, lambda item: int(item.meta.get("pages", "0")))


def compare(
    unit: str, paths: list[Path], bare: Callable[[Path], int], count: Callable[[Document], int]
) -> None:
    started = time.perf_counter()
    base = sum(map(bare, paths)) / (time.perf_counter() - started)
    print(f"{unit}: bare {base:.0f}/s", end="")
    for workers in (1, 2):
        with readers.Isolated() as isolated, ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda path: list(isolated.read(str(path))), paths[:2]))  # warm
            started = time.perf_counter()
            found = pool.map(lambda path: list(isolated.read(str(path))), paths)
            number = sum(count(item) for items in found for item in items if isinstance(item, Document))
            rate = number / (time.perf_counter() - started)
        print(f", {workers} worker{'s' * (workers > 1)} {rate:.0f}/s (x {rate / base:.2f})", end="")
    print()


def python_mailbox(path: Path) -> int:
    """Python's own way, with the text decoded and nothing else."""
    count = 0
    for message in mailbox.mbox(path, create=False):
        count += 1
        for part in message.walk():
            if part.get_content_maintype() == "text":
                (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return count


def bare_pypdf(path: Path) -> int:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        reader.decrypt("") if reader.is_encrypted else None
        return sum(1 for page in reader.pages if page.extract_text() is not None)
    except Exception:
        return 0


def pdf(data: Path) -> None:
    """Similarity (rapidfuzz ratio) to the texts that pdfbox expects, for our reader, pypdf and pypdfium2."""
    from rapidfuzz import fuzz

    pairs = [(p, p.with_name(p.name + ".txt")) for p in files(data / "pdfs" / "pdfbox", ".pdf")]
    pairs = [(p, e) for p, e in pairs if e.exists()]
    with readers.Isolated() as isolated:
        for name, extract in (
            ("ours", lambda p: ours(isolated, p)),
            ("pypdf", pypdf_text),
            ("pypdfium2", pdfium_text),
        ):
            found = sorted(
                fuzz.ratio(plain(e.read_text("utf-8-sig", "replace")), plain(extract(p))) / 100
                for p, e in pairs
            )
            low, mean = found[int(len(found) * 0.05)], statistics.mean(found)
            print(
                f"{name}: {len(found)} files, median {statistics.median(found):.3f}, 5th percentile {low:.3f}, mean {mean:.3f}"
            )


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[\x02\ufffe\ufeff]", "", text)).strip()


def ours(isolated: readers.Isolated, path: Path) -> str:
    return "\n".join(item.text for item in isolated.read(str(path)) if isinstance(item, Document))


def pypdf_text(path: Path) -> str:
    from pypdf import PdfReader

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


def quotes(data: Path) -> None:
    """How much of a mailing list is quoted: what is kept out of the embedding."""
    whole = quoted = messages = 0
    with readers.Isolated() as isolated:
        for item in documents(isolated, files(data / "mail" / "lists")):
            messages += 1
            whole += len(item.text.split())
            quoted += sum(len(item.text[start:end].split()) for start, end in item.quoted)
    print(f"{messages} messages, {whole} words, {quoted} of them quoted or signatures ({quoted / whole:.0%})")


def documents(isolated: readers.Isolated, paths: Iterable[Path]) -> Iterator[Document]:
    for path in paths:
        yield from (item for item in isolated.read(str(path)) if isinstance(item, Document))


if __name__ == "__main__":
    main()
