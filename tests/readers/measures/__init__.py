"""What ``python -m tests.readers`` measures: one module per measure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gemmasearch import readers
from gemmasearch.documents import Document

FOLDERS = ("mail", "notes", "pdfs", "docs")


def files(folder: Path, suffix: str = "") -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(root, name) for name in sorted(names) if name.endswith(suffix))


def documents(isolated: readers.Isolated, paths: Iterable[Path]) -> Iterator[Document]:
    for path in paths:
        yield from (item for item in isolated.read(str(path)) if isinstance(item, Document))
