"""Whether a score says that nothing is relevant, and the regression behind the scores.

Questions of SQuAD 2 (those that have an answer) are asked of an index that holds only every other article: half of
them are about things that are there, half about things that are not. The area under the ROC of the first hit's score
tells how well the two are told apart; a line refused has no hit and counts as 0.

``python -m tests.quality nothing`` prints the area and what the exit codes would be; ``… calibration`` fits the
weights of :mod:`gemmasearch.retrieval.calibration` on one half of the articles and the graded collections, and
prints them with the area that they reach on the other half.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gemmasearch import retrieval
from gemmasearch.models import Embedder
from gemmasearch.retrieval import calibration
from gemmasearch.retrieval.search import found_among, rank
from gemmasearch.store import Store
from tests.quality import collections, corpus, metrics
from tests.quality.collections import Collection

FIGURES = ("cover", "place", "cosine")
HITS = 5  # of a query that the regression learns from


@dataclass(frozen=True)
class Half:
    """An index with half of the articles, questions about them and about the others."""

    collection: Collection
    present: dict[str, str]
    absent: dict[str, str]


def halves(number: int) -> list[Half]:
    """Both halves of the articles, ``number`` questions about each."""
    folder = collections.data_folder() / "qa" / "squad2_dev_half"
    whole = collections.read(folder, "squad2")
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").split("\n")
    answerable = {r["_id"] for r in map(json.loads, filter(str.strip, lines)) if not r["is_impossible"]}
    article = {e.id: e.title for e in whole.entries}
    about = {q: article[min(whole.relevant[q])] for q in whole.queries if q in answerable}
    titles = sorted(set(article.values()))
    found = []
    for side in (titles[::2], titles[1::2]):
        asked = sorted(about, key=lambda q: random.Random(q).random())
        present = [q for q in asked if about[q] in side][:number]
        absent = [q for q in asked if about[q] not in side][:number]
        entries = tuple(e for e in whole.entries if e.title in side)
        part = replace(whole, name=f"squad2-{len(found)}", entries=entries)
        texts = whole.queries
        found.append(Half(part, {q: texts[q] for q in present}, {q: texts[q] for q in absent}))
    return found


def report(embedders: Sequence[str], number: int) -> None:
    for label in embedders:
        embedder = corpus.embedder(label)
        for half in halves(number):
            with corpus.index([half.collection], embedder) as store:
                tops = [
                    [
                        max((h.score for h in retrieval.search(store, embedder, text)[:1]), default=0.0)
                        for text in asked.values()
                    ]
                    for asked in (half.present, half.absent)
                ]
            kept, refused = (sum(s > 0 for s in side) / len(side) for side in tops)
            print(
                f"{label:8} {half.collection.name}  {len(tops[0])} present, {len(tops[1])} absent"
                f"  area {metrics.auc(*tops):.4f}  exit 0 where present {kept:.3f}"
                f"  exit 1 where absent {1 - refused:.3f}",
                flush=True,
            )
        embedder.close()


# -- the regression -------------------------------------------------------------------------------------------


def figures(
    store: Store, embedder: Embedder, collection: Collection, queries: dict[str, str]
) -> Iterator[tuple[list[tuple[float, float, float]], list[bool]]]:
    """For each query, the figures of its first hits and whether each is relevant."""
    ids = {
        document: path.rpartition("/")[2].removesuffix(".txt")
        for document, path in (
            (d, bytes(p).decode())
            for d, p in store.db.rows("SELECT d.id, f.path FROM documents d JOIN files f ON f.id = d.file_id")
        )
    }
    for query, text in queries.items():
        parsed = retrieval.parse(text)
        ranking = rank(store, embedder, parsed, mode="hybrid", conditions=parsed.conditions)
        hits = found_among(store, ranking, limit=HITS, per_document=1)[:HITS]
        shown = [calibration.figures(h, ranking.rarity, ranking.cosine) for h in hits]
        yield shown, [ids[h.document_id] in collection.relevant.get(query, ()) for h in hits]


def design(shown: np.ndarray) -> np.ndarray:
    """Columns of the regression: 1, cover, place, cosine, cover times cosine."""
    cover, place, cosine = shown.T
    return np.stack([np.ones_like(cover), cover, place, cosine, cover * cosine], axis=1)


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, steps: int = 50) -> np.ndarray:
    """Logistic regression by Newton's method, lightly held to small weights."""
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (weight * (y - p)) - 1e-3 * beta
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(beta))
        beta = beta + np.linalg.solve(curve, slope)
    return beta


Part = tuple[list[list[tuple[float, float, float]]], list[list[bool]]]


def learnt(parts: Sequence[Part], *, meaning: bool = True) -> np.ndarray:
    """The weights from collections that count alike, however many queries they have."""
    xs, ys, ws = [], [], []
    for shown, relevant in parts:
        rows = [row for hits in shown for row in hits]
        xs.append(np.array(rows) * [1, 1, float(meaning)])
        ys.append(np.array([float(r) for hits in relevant for r in hits]))
        ws.append(np.full(len(rows), 1000 / len(rows)))
    return fit(design(np.concatenate(xs)), np.concatenate(ys), np.concatenate(ws))


def top(beta: np.ndarray, shown: list[tuple[float, float, float]]) -> float:
    """The score of the first hit."""
    if not shown:
        return 0.0
    chances = 1 / (1 + np.exp(-design(np.array(shown)) @ beta))
    return calibration.in_order(chances.tolist())[0]


def calibrate(embedders: Sequence[str], number: int, sample: int) -> None:
    for label in embedders:
        embedder = corpus.embedder(label)
        parts = {}
        for name in collections.SETS:
            part = collections.load(name, sample=sample)
            with corpus.index([part], embedder) as store:
                parts[name] = _split(figures(store, embedder, part, part.queries))
        sides = []
        for half in halves(number):
            with corpus.index([half.collection], embedder) as store:
                present = _split(figures(store, embedder, half.collection, half.present))
                absent = _split(figures(store, embedder, replace(half.collection, relevant={}), half.absent))
                sides.append((present, absent))
        for at, (present, absent) in enumerate(sides):
            other = sides[1 - at]
            beta = learnt([*parts.values(), *other])
            area = metrics.auc([top(beta, s) for s in present[0]], [top(beta, s) for s in absent[0]])
            print(f"{label} half {at} left out: area {area:.4f}", flush=True)
        beta = learnt([*parts.values(), *(p for side in sides for p in side)])
        print(f"{label}: " + ", ".join(f"{b:.2f}" for b in beta), flush=True)
        plain = learnt([*parts.values(), *(p for side in sides for p in side)], meaning=False)
        print(f"  without meaning: {', '.join(f'{b:.2f}' for b in plain[:3])}")
        tops = [sorted(top(beta, s) for side in sides for s in side[kind][0]) for kind in (0, 1)]
        for share in (0.01, 0.02, 0.05, 0.1):
            bound = tops[0][int(share * len(tops[0]))]
            refused = sum(s < bound for s in tops[1]) / len(tops[1])
            print(
                f"  bound {bound:.3f} withholds {share:.0%} of what is there, refuses {refused:.3f} of the rest"
            )
        for name, (shown, relevant) in parts.items():
            scores = [top(beta, s) for s in shown if s]
            right = [r[0] for r in relevant if r]
            print(f"  {name:10} first hit: score {np.mean(scores):.2f}, relevant {np.mean(right):.2f}")
        embedder.close()


def _split(found: Iterator[tuple[list[tuple[float, float, float]], list[bool]]]) -> Part:
    pairs = list(found)
    return [shown for shown, _ in pairs], [relevant for _, relevant in pairs]
