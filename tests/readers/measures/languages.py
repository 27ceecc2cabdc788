"""Languages of pages that are known: how many are told, and how many of those rightly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from gemmasearch import readers
from tests.readers.measures import documents, files


def main(data: Path) -> None:
    pages = data / "notes" / "tldr-multilang"
    seen: Counter[str] = Counter()
    told: Counter[str] = Counter()
    right: Counter[str] = Counter()
    with readers.Isolated() as isolated:
        for path in files(pages, ".md"):
            folder = path.relative_to(pages).parts[0]
            if not folder.startswith("pages"):
                continue
            language = folder.partition(".")[2].partition("_")[0] or "en"
            for item in documents(isolated, [path]):
                seen[language] += 1
                told[language] += bool(item.language)
                right[language] += item.language == language
    for language in sorted(seen):
        count = told[language]
        print(f"{language}: {seen[language]} pages, {count / seen[language]:.1%} told, "
              f"{right[language] / max(1, count):.1%} of them rightly")  # fmt: skip
    print(f"all: {seen.total()} pages, {told.total() / seen.total():.1%} told, "
          f"{right.total() / told.total():.1%} of them rightly")  # fmt: skip
