"""The graded collections: documents, queries and which documents answer which query."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

SETS = ("scifact", "cranfield", "cisi", "xquad/en", "xquad/de", "xquad/es", "xquad/zh")


@dataclass(frozen=True)
class Entry:
    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Collection:
    """``relevant`` maps a query id to the ids of the documents that answer it (grade 1 or more: binary)."""

    name: str
    entries: tuple[Entry, ...]
    queries: dict[str, str]
    relevant: dict[str, frozenset[str]]


def data_folder() -> Path:
    folder = os.environ.get("GSEARCH_TEST_DATA")
    if not folder:
        raise SystemExit("GSEARCH_TEST_DATA is not set: it names the folder of the shared test data")
    return Path(folder)


def models_folder() -> Path:
    folder = os.environ.get("GSEARCH_TEST_MODELS")
    if not folder:
        raise SystemExit("GSEARCH_TEST_MODELS is not set: it names the folder of the test models")
    return Path(folder)


def cache_folder() -> Path:
    """Vectors and indexes are kept here between runs, so that a second run takes seconds."""
    folder = Path(os.environ.get("GSEARCH_QUALITY_CACHE") or Path.home() / ".cache" / "gsearch-quality")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load(name: str, *, sample: int = 0) -> Collection:
    """:param sample: at most so many queries, evenly spread; 0 = all."""
    return read(data_folder() / "ir" / name, name, sample=sample)


def read(folder: Path, name: str, *, sample: int = 0) -> Collection:
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").split("\n")[1:]:
        if line.strip():
            query, document, grade = line.split("\t")
            if int(float(grade)) >= 1:
                relevant.setdefault(query, set()).add(document)
    entries = tuple(
        Entry(str(r["_id"]), r.get("title") or "", r["text"]) for r in _rows(folder / "corpus.jsonl")
    )
    queries = {str(r["_id"]): r["text"] for r in _rows(folder / "queries.jsonl") if str(r["_id"]) in relevant}
    if sample and len(queries) > sample:
        step = len(queries) / sample
        queries = dict([list(queries.items())[int(i * step)] for i in range(sample)])
    return Collection(name, entries, queries, {q: frozenset(relevant[q]) for q in queries})


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
