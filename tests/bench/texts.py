"""Chunks to measure with: real notes where the shared data are, else the bundled sample home."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import gemmasearch
from tests.bench import Unavailable

NOTES = int(os.environ.get("GSEARCH_BENCH_NOTES", "300"))  # for what takes minutes; fewer for a trial


def passages(count: int, words: int = 170) -> list[str]:
    """Texts of about ``words`` words (some 256 tokens) cut from notes; fewer than ``count`` are repeated."""
    shared = os.environ.get("GSEARCH_TEST_DATA")
    folder = Path(shared) / "notes" if shared else Path(gemmasearch.__file__).parent / "sample"
    found: list[str] = []
    for file in sorted(p for p in folder.rglob("*") if p.suffix in (".md", ".txt", ".org", ".rst")):
        try:
            text = file.read_text(encoding="utf-8").split()
        except (UnicodeDecodeError, OSError):
            continue
        found += [" ".join(text[n : n + words]) for n in range(0, len(text), words)]
        if len(found) >= count:
            break
    if not found:
        raise Unavailable(f"no notes below {folder}")
    return [found[n % len(found)] for n in range(count)]


def copy_notes(folder: Path, count: int, usual: int, skip: int = 0) -> Path:
    """``folder``, made, with ``count`` real Markdown notes spread over the first ``usual``, or all if there are fewer.

    :param skip: leave out so many notes before those: the next stretch of other ones.
    :raises Unavailable: the shared data are not there.
    """
    shared = os.environ.get("GSEARCH_TEST_DATA")
    if not shared:
        raise Unavailable("GSEARCH_TEST_DATA names no folder of notes")
    files = sorted(p for p in (Path(shared) / "notes").rglob("*.md") if p.is_file())[skip : skip + usual]
    count = min(count, len(files))
    folder.mkdir(parents=True)
    for number in range(count):
        file = files[number * len(files) // count]
        shutil.copyfile(file, folder / f"{number}-{file.name}")
    return folder


def model(variable: str, file: str) -> Path:
    folder = os.environ.get(variable)
    path = Path(folder or ".") / file
    if not folder or not path.is_file():
        raise Unavailable(f"{file} is needed in the folder that {variable} names")
    return path
