"""Messages and pages per second with 1 and 2 workers, as ratios to Python's mailbox + email and to bare pypdf.

The yard-stick and ours read the same files in turn, three times; the median of the ratios counts.
"""

from __future__ import annotations

import logging
import mailbox
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gemmasearch import readers
from gemmasearch.documents import Document
from tests.readers.measures import files

ROUNDS = 3


def main(data: Path) -> None:
    pdfs = list(files(data / "pdfs" / "py-pdf-sample-files", ".pdf"))
    pdfs += list(files(data / "pdfs" / "pdfbox", ".pdf"))
    compare("messages", list(files(data / "mail" / "lists")), python_mailbox, lambda item: 1)
    compare("pages", pdfs, bare_pypdf, lambda item: int(item.meta.get("pages", "0")))


def compare(
    unit: str, paths: Sequence[Path], bare: Callable[[Path], int], count: Callable[[Document], int]
) -> None:
    rates: dict[str, list[float]] = {"bare": [], "1 worker": [], "2 workers": []}
    for _ in range(ROUNDS):
        started = time.perf_counter()
        rates["bare"].append(sum(map(bare, paths)) / (time.perf_counter() - started))
        for workers, name in ((1, "1 worker"), (2, "2 workers")):
            rates[name].append(ours(paths, workers, count))
    print(f"{unit}: bare {statistics.median(rates['bare']):.0f}/s", end="")
    for name in ("1 worker", "2 workers"):
        ratios = [rate / base for rate, base in zip(rates[name], rates["bare"], strict=True)]
        print(f", {name} {statistics.median(rates[name]):.0f}/s (x {statistics.median(ratios):.2f})", end="")
    print(flush=True)


def ours(paths: Sequence[Path], workers: int, count: Callable[[Document], int]) -> float:
    """Units per second; the workers are warm."""
    with readers.Isolated() as isolated, ThreadPoolExecutor(workers) as pool:

        def read(path: Path) -> int:
            return sum(count(item) for item in isolated.read(str(path)) if isinstance(item, Document))

        list(pool.map(read, paths[: 2 * workers]))
        started = time.perf_counter()
        return sum(pool.map(read, paths)) / (time.perf_counter() - started)


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
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        reader.decrypt("") if reader.is_encrypted else None
        return sum(1 for page in reader.pages if page.extract_text() is not None)
    except Exception:
        return 0
