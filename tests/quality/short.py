"""Lines of one to three words of which none stands in the index: how many are shown, where what they mean is there and
where it is not (``python -m tests.quality short``).

The bounds of :func:`gemmasearch.retrieval.calibration.by_chance` were chosen on these, on the same notes among 100,000
passages, and on titles of articles whose own words were taken out of the index, where several passages are about the
same. Of 484 lines that were found and shown, 2 were lost: a note among the many, and a title at 128 dimensions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gemmasearch import models, retrieval
from gemmasearch.documents import Document, FileStamp
from gemmasearch.indexing import chunking
from gemmasearch.models import Embedder, Passage
from gemmasearch.readers.language import with_language
from gemmasearch.retrieval import calibration, terms
from gemmasearch.retrieval.search import found_among, rank
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from gemmasearch.store.keys import path_words
from tests.quality import collections, short_lines
from tests.quality.nothing import _squad

SPACES = (("static", 256), ("static", 128), ("static", 64), ("minilm", 384))
HOME = "/home/dana/"
HITS = 10


@dataclass(frozen=True)
class Line:
    """A line of which nothing stands in an index, and what was found for it."""

    collection: str
    present: bool
    found: bool  # what it asks for is among the first hits
    text: str
    length: int  # in words
    shown: bool
    best: Sequence[calibration.Figures]
    languages: Sequence[str]
    cosines: np.ndarray  # of all candidates, the best first


def texts() -> dict[str, list[tuple[str, str]]]:
    """Collection -> (path, text)."""
    notes = [(f"notes/{at}.md", text) for at, text in enumerate((*short_lines.NOTES, *short_lines.ABROAD))]
    folder = collections.data_folder() / "notes" / "simonw-til"
    til = [
        (f"til/{p.relative_to(folder)}", p.read_text("utf-8"))
        for p in sorted(folder.glob("[a-j]*/*.md"))[:150]
    ]
    articles = {
        e.text: e
        for name in ("squad", "xquad/en")
        for e in (_squad() if name == "squad" else collections.load(name)).entries
    }
    told = [(f"articles/{at}.md", f"{e.title}\n\n{e.text}") for at, e in enumerate(articles.values())]
    return {"notes": notes, "notes among others": [*notes, *til], "notes among articles": [*notes, *told]}


def embedder(name: str, dim: int) -> Embedder:
    file = collections.models_folder() / "all-MiniLM-L6-v2-q8_0.gguf" if name == "minilm" else None
    return models.open_embedder(
        Settings(embedder=str(file or name), dim=dim, models_dir=str(collections.cache_folder()))
    )


def index(texts: Sequence[tuple[str, str]], embedder: Embedder) -> Store:
    known = hashlib.sha256(f"{embedder.space.key}{texts}".encode()).hexdigest()[:12]
    path = collections.cache_folder() / f"short.{known}.db"
    if path.exists():
        return Store.open(path)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with Store.open(partial, create=True) as store:
        with store.writing():
            for name, text in texts:
                document = with_language(
                    Document("note", text, title=text.split("\n")[0].strip("# ") if "\n" in text else "")
                )
                file = store.begin_file(HOME + name, path_words(HOME + name, HOME))
                store.put_document(
                    file, document, chunking.split(document, embedder.count_tokens, 256, embedder.max_tokens)
                )
                store.finish_file(file, FileStamp(1, 0, 0, file, 1))
        space = store.ensure_space(embedder.space)
        while pending := store.pending(space.id, 256):
            made = embedder.embed_documents([Passage(p.title, p.text) for p in pending])
            store.add_vectors(space.id, [p.key for p in pending], made)
        store.complete_space(space.id)
        store.checkpoint()
    partial.rename(path)
    return Store.open(path)


def asked() -> Iterator[tuple[str, str]]:
    """Lines, with the path of the note that each asks for, or ""."""
    for at, own in enumerate(short_lines.NOTES.values()):
        yield from ((line, f"{HOME}notes/{at}.md") for line in own)
    yield from ((line, "") for line in short_lines.ABSENT)


def lines(store: Store, embedder: Embedder, collection: str) -> Iterator[Line]:
    for text, about in asked():
        query = retrieval.parse(text)
        forms = terms.asked_for(
            store, query, terms.telling(query, terms.languages(query)), terms.languages(query)
        )
        frequency = store.document_frequency({form for group in forms for form in group})
        if any(frequency.values()):
            continue
        ranking = rank(store, embedder, query, mode="hybrid", conditions=())
        found = found_among(store, ranking, limit=HITS, per_document=2)[:HITS]
        best = [calibration.figures(hit, ranking.rarity, ranking.cosine) for hit in found]
        shown = bool(retrieval.search(store, embedder, text))
        cosines = np.sort(np.array(list(ranking.cosine.values()) or [0.0]))[::-1]
        first = [hit.path for hit in found[: calibration.AMONG]]
        languages = [hit.language for hit in found]
        yield Line(
            collection,
            bool(about),
            about in first,
            text,
            len(ranking.rarity),
            shown,
            best,
            languages,
            cosines,
        )


def measured(name: str, dim: int) -> list[Line]:
    opened = embedder(name, dim)
    found = []
    for collection, own in texts().items():
        with index(own, opened) as store:
            found += list(lines(store, opened, collection))
    opened.close()
    return found


def report() -> None:
    for name, dim in SPACES:
        found = measured(name, dim)
        for collection in dict.fromkeys(line.collection for line in found):
            of = [line for line in found if line.collection == collection]
            there = [line.shown for line in of if line.found]
            absent = [line.shown for line in of if not line.present]
            missed = sum(line.present and not line.found for line in of)
            print(
                f"{name:7} {dim:3} {collection:20} shown: {sum(there):2} of {len(there):2} that the model finds"
                f" (it misses {missed:2}), {sum(absent):2} of {len(absent):2} that are absent",
                flush=True,
            )
