"""Whether search says that nothing is relevant, and the regressions behind the scores.

Questions about things that are in an index are asked of it, and as many about things that are not. SQuAD 2 and XQuAD
are halved by article: a half is the index, the other half gives the questions about what is absent. Of SciFact,
Cranfield and CISI all is indexed, and the questions about absent things are SQuAD's. The area under the ROC of the
first hit's score tells how well the two are told apart; a line refused has no hit and counts as 0.

``python -m tests.quality nothing`` prints the area and what the exit codes would be; ``… calibration`` fits the
weights of :mod:`gemmasearch.retrieval.calibration` without each collection (or half) in turn, prints the area and the
shares that they reach there, and the weights of all.

With the weights as they are, 200 questions of each kind, area / exit 0 where present / exit 1 where absent (below
English, rows of an earlier ranking)::

                     static               MiniLM
    SQuAD 2, half 0  .984  .98  .84       .991  .99  .87
             half 1  .992  .99  .85       .991  .99  .87
    XQuAD en, 0      .978  .97  .83       .989  .99  .87
              1      .974  .98  .81       .982  .98  .86
    SciFact          .966  .98  .77       .976  .98  .85
    Cranfield        .998  1.0  .85       1.00  1.0  .91
    CISI (76)        .942  .92  .79       .969  .96  .82
    XQuAD de, 0      .959  .99  .50       .958  .99  .54
              1      .957  .99  .49       .958  .99  .50
    XQuAD es, 0      .962  .99  .33       .963  .99  .32
              1      .973  1.0  .42       .973  1.0  .39
    XQuAD zh, 0      .974  1.0  .57       .978  .99  .56
              1      .972  .99  .66       .971  .99  .61
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
from gemmasearch.retrieval.calibration import Figures
from gemmasearch.retrieval.search import found_among, rank
from gemmasearch.store import Store
from tests.quality import collections, corpus, metrics
from tests.quality.answers import CachedEmbedder
from tests.quality.collections import Collection

HITS = 6  # of a query that the regression learns from
GROUPS = {  # what is fitted together, by the language of the lines
    "english": ("squad2", "xquad/en", "scifact", "cranfield", "cisi"),
    "abroad": ("xquad/de", "xquad/es"),
    "unspaced": ("xquad/zh",),
}
LOST = 0.02  # of the questions about what is there, which the bound that is printed would refuse


@dataclass(frozen=True)
class Trial:
    """An index, questions about what is in it and about what is not; ``fold`` is what is left out together."""

    collection: Collection
    present: dict[str, str]
    absent: dict[str, str]
    fold: str


def _some(queries: dict[str, str], number: int) -> dict[str, str]:
    return {q: queries[q] for q in sorted(queries, key=lambda q: random.Random(q).random())[:number]}


def _halved(whole: Collection, number: int, folds: tuple[str, str]) -> list[Trial]:
    """Both halves of the articles, ``number`` questions about each."""
    article = {e.id: e.title for e in whole.entries}
    titles = sorted(set(article.values()))
    found = []
    for at, side in enumerate((set(titles[::2]), set(titles[1::2]))):
        about = {q: article[min(whole.relevant[q])] in side for q in whole.queries}
        entries = tuple(e for e in whole.entries if e.title in side)
        part = replace(whole, name=f"{whole.name}-{at}", entries=entries)
        present = {q: text for q, text in whole.queries.items() if about[q]}
        absent = {q: text for q, text in whole.queries.items() if not about[q]}
        found.append(Trial(part, _some(present, number), _some(absent, number), folds[at]))
    return found


def _squad() -> Collection:
    """SQuAD 2 with the questions that have an answer."""
    folder = collections.data_folder() / "qa" / "squad2_dev_half"
    whole = collections.read(folder, "squad2")
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").split("\n")
    answerable = {r["_id"] for r in map(json.loads, filter(str.strip, lines)) if not r["is_impossible"]}
    return replace(whole, queries={q: text for q, text in whole.queries.items() if q in answerable})


def trials(names: Sequence[str], number: int) -> Iterator[Trial]:
    squad = _squad()
    for name in names:
        if name == "squad2":
            yield from _halved(squad, number, ("squad2-0", "squad2-1"))
        elif name.startswith("xquad"):
            own = GROUPS["unspaced"] == (name,)
            yield from _halved(
                collections.load(name), number, (f"{name}-0", f"{name}-1") if own else (name, name)
            )
        else:
            whole = collections.load(name)
            yield Trial(whole, _some(whole.queries, number), _some(squad.queries, number), name)


def report(embedders: Sequence[str], number: int) -> None:
    names = [name for group in GROUPS.values() for name in group]
    for label in embedders:
        embedder = CachedEmbedder(corpus.embedder(label))
        for trial in trials(names, number):
            with corpus.index([trial.collection], embedder) as store:
                tops = [
                    [
                        max((h.score for h in retrieval.search(store, embedder, text)[:1]), default=0.0)
                        for text in asked.values()
                    ]
                    for asked in (trial.present, trial.absent)
                ]
            kept, refused = (sum(s > 0 for s in side) / len(side) for side in tops)
            print(
                f"{label:8} {trial.collection.name:10}  {len(tops[0])} present, {len(tops[1])} absent"
                f"  area {metrics.auc(*tops):.4f}  exit 0 where present {kept:.3f}"
                f"  exit 1 where absent {1 - refused:.3f}",
                flush=True,
            )
        embedder.close()


# -- the regressions ------------------------------------------------------------------------------------------

Line = tuple[list[Figures], list[bool]]  # of each of the first hits: its figures, and whether it is relevant


@dataclass(frozen=True)
class Seen:
    """What the lines of a trial found."""

    name: str
    fold: str
    present: list[Line]
    absent: list[Line]


def seen(trial: Trial, embedder: Embedder) -> Seen:
    with corpus.index([trial.collection], embedder) as store:
        present = list(lines(store, embedder, trial.collection, trial.present))
        absent = list(lines(store, embedder, trial.collection, trial.absent))
    return Seen(trial.collection.name, trial.fold, present, absent)


def lines(
    store: Store, embedder: Embedder, collection: Collection, queries: dict[str, str]
) -> Iterator[Line]:
    rows = store.db.rows("SELECT d.id, f.path FROM documents d JOIN files f ON f.id = d.file_id")
    ids = {document: bytes(path).decode().rpartition("/")[2].removesuffix(".txt") for document, path in rows}
    for query, text in queries.items():
        parsed = retrieval.parse(text)
        ranking = rank(store, embedder, parsed, mode="hybrid", conditions=parsed.conditions)
        hits = found_among(store, ranking, limit=HITS, per_document=2)[:HITS]
        shown = [calibration.figures(h, ranking.rarity, ranking.cosine) for h in hits]
        yield shown, [ids[h.document_id] in collection.relevant.get(query, ()) for h in hits]


def best(line: Line, meaning: bool) -> list[float]:
    """1, the best cover and, with ``meaning``, the best cosine of the first hits."""
    first = line[0][: calibration.AMONG] or [(0.0, 0.0, 0.0)]
    return [1.0, *(max(f[at] for f in first) for at in ((0, 2) if meaning else (0,)))]


def design(shown: Sequence[Figures], meaning: bool) -> np.ndarray:
    """Columns: 1, cover, place and, with ``meaning``, cosine and cover times cosine."""
    cover, place, cosine = np.array(shown).T
    columns = [np.ones_like(cover), cover, place, *([cosine, cover * cosine] if meaning else [])]
    return np.stack(columns, axis=1)


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, steps: int = 50) -> np.ndarray:
    """Logistic regression by Newton's method, lightly held to small weights."""
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        p = _chance(x @ beta)
        slope = x.T @ (weight * (y - p)) - 1e-3 * beta
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(beta))
        beta = beta + np.linalg.solve(curve, slope)
    return beta


def there(parts: Sequence[Seen], meaning: bool) -> np.ndarray:
    """From all lines; collections count alike, however many queries they have."""
    x = np.array([best(line, meaning) for p in parts for line in (*p.present, *p.absent)])
    y = np.concatenate([[1.0] * len(p.present) + [0.0] * len(p.absent) for p in parts])
    sizes = [len(p.present) + len(p.absent) for p in parts]
    return fit(x, y, np.repeat([300 / size for size in sizes], sizes))


def fits(parts: Sequence[Seen], meaning: bool) -> np.ndarray:
    """From the hits of the lines about what is there."""
    hits = [[(s, r) for line in p.present for s, r in zip(*line, strict=True)] for p in parts]
    x = design([s for part in hits for s, _ in part], meaning)
    y = np.array([float(r) for part in hits for _, r in part])
    return fit(x, y, np.repeat([1000 / len(part) for part in hits], [len(part) for part in hits]))


def scored(lines: Sequence[Line], one: np.ndarray, two: np.ndarray, meaning: bool) -> np.ndarray:
    """The first hit's score."""
    sure = _chance(np.array([best(line, meaning) for line in lines]) @ one)
    fitting = [
        float(_chance(design(line[0][: calibration.AMONG], meaning) @ two).max()) if line[0] else 0.0
        for line in lines
    ]
    return np.asarray(sure * np.array(fitting))


def bound(parts: Sequence[Seen], beta: np.ndarray, meaning: bool) -> float:
    """The chance below which ``LOST`` of the lines about what is there are."""
    x = np.array([best(line, meaning) for p in parts for line in p.present])
    return float(np.quantile(_chance(x @ beta), LOST))


def _chance(said: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-said))
    return found


def calibrate(embedders: Sequence[str], number: int) -> None:
    for label in embedders:
        embedder = CachedEmbedder(corpus.embedder(label))
        for group, names in GROUPS.items():
            parts = [seen(trial, embedder) for trial in trials(names, number)]
            _left_out(label, parts, group == "english")
            for meaning in (True, False) if group == "english" else (False,):
                one, two = there(parts, meaning), fits(parts, meaning)
                print(
                    f"{label} {group} {'with' if meaning else 'without'} meaning: there {_listed(one)}"
                    f"; bound {bound(parts, one, meaning):.2f}; fits {_listed(two)}",
                    flush=True,
                )
        embedder.close()


def _left_out(label: str, parts: Sequence[Seen], meaning: bool) -> None:
    for part in parts:
        others = [p for p in parts if p.fold != part.fold]
        one, two = there(others, meaning), fits(others, meaning)
        area = metrics.auc(*(scored(s, one, two, meaning).tolist() for s in (part.present, part.absent)))
        least = bound(others, one, meaning)
        kept, shown = (
            float(np.mean(_chance(np.array([best(line, meaning) for line in side]) @ one) >= least))
            for side in (part.present, part.absent)
        )
        print(
            f"{label} {part.name:10} left out: area {area:.4f}  kept {kept:.3f}  refused {1 - shown:.3f}",
            flush=True,
        )


def _listed(beta: np.ndarray) -> str:
    return ", ".join(f"{b:.2f}" for b in beta)
