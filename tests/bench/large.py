"""Large indexes to measure with: real passages, varied, with real vectors of the static embedder.

A passage is a stretch of a real text in which every seventh word is another one, drawn as often as it occurs, and
which names one of many made-up people and numbers. Four passages make a document of a folder (1 % of all each),
a fifth of the documents are mail. The files are on the disk, so that a run finds nothing changed; their rows are
written through the store's own methods. Kept in the scratch folder.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import gemmasearch
from gemmasearch.documents import Chunk, Document
from gemmasearch.indexing.crawl import stamp_of
from gemmasearch.indexing.current import READERS
from gemmasearch.models import Passage
from gemmasearch.models.static import StaticEmbedder
from gemmasearch.store import Store
from tests import gguf_files

WORDS = 150
PER_DOCUMENT = 4
FOLDERS = 100


def index(chunks: int) -> Path:
    """An index of so many passages, made once per machine and format."""
    from gemmasearch.store.schema import VERSION

    folder = gguf_files.scratch() / f"large-{chunks}-files-schema{VERSION}"
    path = folder / "index.db"
    if not path.exists():
        shutil.rmtree(folder, ignore_errors=True)
        partial = folder / "partial.db"
        build(partial, folder / "archive", chunks)
        partial.replace(path)
    return path


def build(path: Path, root: Path, chunks: int) -> None:
    for number in range(FOLDERS):
        (root / f"f{number:02}").mkdir(parents=True)
    with Store.open(path, create=True) as store:
        store.add_root(str(root))
        documents = made(random.Random(1))
        for first in range(0, chunks // PER_DOCUMENT, 250):
            with store.writing():
                for number in range(first, min(first + 250, chunks // PER_DOCUMENT)):
                    write(store, root, number, *next(documents))
        embed(store)
        store.checkpoint()


def write(store: Store, root: Path, number: int, document: Document, texts: list[str]) -> None:
    folder, name = f"f{number % FOLDERS:02}", f"{number}.{'eml' if document.kind == 'mail' else 'md'}"
    path = root / folder / name
    path.write_text(document.text, encoding="utf-8")
    os.utime(path, (1.5e9, 1.5e9))
    file = store.begin_file(str(path), f"archive {folder} {name}")
    spans, at = [], 0
    for ordinal, text in enumerate(texts):
        spans.append(Chunk(ordinal, at, at + len(text), text, tokens=len(text) // 4))
        at += len(text)
    store.put_document(file, document, spans)
    store.finish_file(file, stamp_of(path.stat()), hash=number.to_bytes(16, "big"), reader=READERS)


def embed(store: Store) -> None:
    embedder = StaticEmbedder()
    store.set_state("embedder", json.dumps({"embedder": "static", "dim": embedder.dim}))
    space = store.ensure_space(embedder.space)
    after: int | None = None
    while pending := store.pending(space.id, 2048, after=after):
        after = pending[-1].chunk_id
        distinct = list({p.key: p for p in pending}.values())
        vectors = embedder.embed_documents([Passage(p.title, p.text) for p in distinct])
        store.add_vectors(space.id, [p.key for p in distinct], vectors)
    store.complete_space(space.id)


def made(chance: random.Random) -> Iterator[tuple[Document, list[str]]]:
    sources = corpus()
    drawn = [word for text in sources for word in text]
    while True:
        start = chance.choice(sources)
        at = chance.randrange(max(1, len(start) - WORDS * PER_DOCUMENT))
        words = start[at : at + WORDS * PER_DOCUMENT] or start
        words = [chance.choice(drawn) if chance.random() < 1 / 7 else word for word in words]
        while len(words) < WORDS * PER_DOCUMENT:
            words += chance.choice(sources)[: WORDS * PER_DOCUMENT - len(words)]
        person, number = f"Zor{chance.randrange(200_000)}", chance.randrange(10**6)
        texts = [
            " ".join(words[n * WORDS : (n + 1) * WORDS]) + f" {person} {number + n}. "
            for n in range(PER_DOCUMENT)
        ]
        mail = chance.random() < 0.2
        yield (
            Document(
                "mail" if mail else "note",
                "".join(texts),
                title=" ".join(words[:6]),
                date=1.3e9 + chance.random() * 4e8,
                sender=f"{person} <{person.lower()}@example.org>" if mail else "",
                language="en",
            ),
            texts,
        )


def corpus() -> list[list[str]]:
    """Texts as lists of words: the graded collections and notes of the shared data, else the sample home."""
    shared = os.environ.get("GSEARCH_TEST_DATA")
    found = []
    if shared:
        for name in ("scifact", "cranfield", "cisi"):
            lines = (Path(shared) / "ir" / name / "corpus.jsonl").read_text(encoding="utf-8").split("\n")
            found += [json.loads(line)["text"].split() for line in lines if line]
        notes = (Path(shared) / "notes").rglob("*.md")
    else:
        notes = (Path(gemmasearch.__file__).parent / "sample").rglob("*.md")
    found += [file.read_text(encoding="utf-8", errors="replace").split() for file in sorted(notes)[:3000]]
    return [words for words in found if len(words) > 40]


def questions(count: int) -> list[str]:
    """Lines of six telling words that stand near each other in a real text."""
    from gemmasearch import stopwords

    chance = random.Random(9)
    sources = corpus()
    found = []
    while len(found) < count:
        words = [w.strip(".,;:()") for w in chance.choice(sources)]
        telling = [w for w in words if w.isalpha() and len(w) > 2 and w.lower() not in stopwords.everything()]
        if len(telling) > 20:
            at = chance.randrange(len(telling) - 6)
            found.append(" ".join(telling[at : at + 6]))
    return found


if __name__ == "__main__":
    import sys

    print(index(int(sys.argv[1])))
