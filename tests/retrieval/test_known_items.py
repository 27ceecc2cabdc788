"""Known items: a page is found by its title and summary, in eight languages, all in one index, by words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gemmasearch.documents import Chunk, Document, FileStamp
from gemmasearch.retrieval import search

LANGUAGES = ("de", "es", "fr", "ja", "zh", "ko", "ar", "hi")


def pages(folder: Path) -> dict[str, tuple[str, str]]:
    """Path -> (title, summary)."""
    found = {}
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# (.+)$", text, re.M)
        summary = re.search(r"^> (?!.*<http)(.+)$", text, re.M)
        if title and summary:
            found[str(path)] = (title[1], summary[1])
    return found


@pytest.mark.slow
@pytest.mark.shared
def test_the_right_page_is_among_the_first_three(store, shared_data) -> None:
    base = shared_data / "notes" / "tldr-multilang"
    chosen = {
        name: pages(folder)
        for name in LANGUAGES
        for folder in base.rglob(f"pages.{name}*")
        if folder.is_dir()
    }
    assert set(chosen) == set(LANGUAGES)
    with store.writing():
        for found in chosen.values():
            for path, (title, _) in found.items():
                text = Path(path).read_text(encoding="utf-8")
                file = store.begin_file(path, Path(path).stem)
                store.put_document(file, Document("note", text, title=title), [Chunk(0, 0, len(text), text)])
                store.finish_file(file, FileStamp(1, 1, 1, file, 1))
    rates = {}
    for name, found in chosen.items():
        step = max(1, len(found) // 50)
        asked = list(found.items())[::step][:50]
        hits = [
            path
            in {
                place
                for h in search(store, None, f"{title} {summary}", mode="words", limit=3)
                for place in (h.path, *h.also_in)
            }
            for path, (title, summary) in asked
        ]
        rates[name] = sum(hits) / len(hits)
    print(rates)
    assert min(rates.values()) >= 0.9, rates
