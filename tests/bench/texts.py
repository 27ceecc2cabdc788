"""Chunks to measure with: real notes where the shared data are, else the bundled sample home."""

from __future__ import annotations

import os
from pathlib import Path

import gemmasearch
from tests.bench import Unavailable


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


def model(variable: str, file: str) -> Path:
    folder = os.environ.get(variable)
    path = Path(folder or ".") / file
    if not folder or not path.is_file():
        raise Unavailable(f"{file} is needed in the folder that {variable} names")
    return path
